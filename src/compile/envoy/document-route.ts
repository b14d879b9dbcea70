import type { ApiModel } from "../../model/api.ts";
import { documentPath } from "../document-path.ts";
import { overwriteHeader } from "./json.ts";
import type { RouteAction } from "./route-action.ts";

/** An API's published document, out of the gateway's folder: Envoy reads it with the routes, which are others where the document is. */
export const documentAction = ({ name }: ApiModel, hash: string): RouteAction => ({
  when: [],
  action: { direct_response: { status: 200, body: { filename: documentPath(name) } } },
  requestHeaders: [],
  responseHeaders: [overwriteHeader("content-type", "application/json"), overwriteHeader("etag", `"${hash}"`)],
});
