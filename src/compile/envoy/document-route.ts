import type { ApiModel } from "../../model/api.ts";
import type { PageFile } from "../../model/page.ts";
import { documentPath } from "../document-path.ts";
import { pagePath } from "../page.ts";
import { overwriteHeader } from "./json.ts";
import type { RouteAction } from "./route-action.ts";

/** An API's published document, out of the gateway's folder: Envoy reads it with the routes, which are others where the document is. */
export const documentAction = ({ name }: ApiModel, hash: string): RouteAction => ({
  when: [],
  action: { direct_response: { status: 200, body: { filename: documentPath(name) } } },
  requestHeaders: [],
  responseHeaders: [overwriteHeader("content-type", "application/json"), overwriteHeader("etag", `"${hash}"`)],
});

const mediaTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

/** The page's scripts are its own, and it speaks to nobody but where it came from (W3C: Content Security Policy). Swagger UI writes styles into what it makes. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A file of the page, out of the gateway's folder. */
export const pageAction = (file: PageFile): RouteAction => ({
  when: [],
  action: { direct_response: { status: 200, body: { filename: pagePath(file) } } },
  requestHeaders: [],
  responseHeaders: [
    overwriteHeader("content-type", mediaTypes[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream"),
    overwriteHeader("content-security-policy", policy),
    overwriteHeader("x-content-type-options", "nosniff"),
    overwriteHeader("referrer-policy", "no-referrer"),
    overwriteHeader("cache-control", "max-age=3600"),
  ],
});
