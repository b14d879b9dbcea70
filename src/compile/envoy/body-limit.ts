import type { Operation } from "../../model/api.ts";
import { errors } from "./errors.ts";
import { extension, type Message, mostOf32Bits, onRoute, typed } from "./json.ts";
import { present } from "./path-match.ts";
import type { RouteAction } from "./route-action.ts";

const filterName = "portico.body";

/** Waits for the whole of a request, where routes say how large that may be (envoy: buffer). */
export const bodyFilter: Message = {
  ...extension(filterName, "envoy.extensions.filters.http.buffer.v3.Buffer", { max_request_bytes: 1 }),
  disabled: true,
};

/**
 * An action for requests whose body is no larger than an operation takes. What says its length is refused or sent on by that: the protocol lets no more bytes follow (RFC 9110,
 * section 8.6). What does not is collected first; of a stream nobody waits for the end, nor after an upgrade, so there the length that is said counts alone.
 */
export function withinBody(action: RouteAction, { maxBodyBytes: most, isStream, webSocket }: Operation): readonly RouteAction[] {
  if (most === undefined) return [action];
  const fits = { name: "content-length", range_match: { start: "0", end: String(most + 1) } };
  const tooLarge: RouteAction = {
    when: [...action.when, present("content-length"), { ...fits, invert_match: true }],
    isRefusal: true,
    action: { direct_response: { status: errors.bodyTooLarge.status } },
    requestHeaders: [],
    responseHeaders: [],
  };
  if (isStream || webSocket) return [tooLarge, action];
  const collected = { [filterName]: onRoute(bufferOf(most)) };
  return [
    tooLarge,
    { ...action, when: [...action.when, fits] },
    {
      ...action,
      action: { ...action.action, typed_per_filter_config: { ...Object(action.action.typed_per_filter_config), ...collected } },
    },
  ];
}

const bufferOf = (most: number): Message =>
  typed("envoy.extensions.filters.http.buffer.v3.BufferPerRoute", { buffer: { max_request_bytes: Math.min(most, mostOf32Bits) } });
