import { fieldsOf, type Head } from "../processing-messages.ts";
import type { Called, Caller } from "./called.ts";
import type { FunctionTask } from "./tasks.ts";

/** What is kept of a request while its response is waited for. */
export interface AskedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly scheme: string;
  readonly authority: string;
  readonly requestId: string;
}

/** Of a request's head, or of what a response's says of its request (envoy: "Attributes"). */
export function askedRequest({ lines, attributes }: Head): AskedRequest {
  const fields = fieldsOf(lines);
  return {
    method: fields[":method"] ?? attributes["request.method"] ?? "GET",
    path: fields[":path"] ?? attributes["request.path"] ?? "/",
    scheme: fields[":scheme"] ?? "http",
    authority: fields[":authority"] ?? "gateway",
    requestId: fields["x-request-id"] ?? "",
  };
}

/** What a function is called with. Undefined where no URL can be made of what is asked for. */
export function taskOf(
  { api, operation, ...called }: Called,
  head: Head,
  asked: AskedRequest,
  body: Uint8Array | undefined,
  caller: Caller,
): FunctionTask | undefined {
  const { method, path, scheme, authority, requestId } = asked;
  // A host that no URL can have is let in where a document names no hosts.
  const url = [`${scheme}://${authority}${path}`, `${scheme}://gateway${path}`].find((one) => URL.canParse(one) && !one.includes("@"));
  const { path: file = "", name = "" } = called[head.of] ?? {};
  if (url === undefined) return undefined;
  return {
    of: head.of,
    ...{ file, name, url, method, body },
    status: Number(fieldsOf(head.lines)[":status"] ?? 0),
    lines: head.lines.filter(([field]) => !field.startsWith(":")),
    context: { api, operation, requestId, ...caller, request: { method, path } },
  };
}
