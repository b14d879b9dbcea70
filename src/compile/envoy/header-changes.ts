import type { HeaderChanges } from "../../model/headers.ts";
import { appendHeader, type Message, overwriteHeader } from "./json.ts";

/** Changes to a route's requests or responses (envoy: config.route.v3.Route). */
export function headerChanges(requests: HeaderChanges, responses: HeaderChanges): Message {
  return {
    ...(requests.remove.length > 0 ? { request_headers_to_remove: requests.remove } : {}),
    ...field("request_headers_to_add", additions(requests)),
    ...(responses.remove.length > 0 ? { response_headers_to_remove: responses.remove } : {}),
    ...field("response_headers_to_add", additions(responses)),
  };
}

/** A list that is left out when it is empty. */
export const field = (name: string, list: readonly Message[]): Message => (list.length === 0 ? {} : { [name]: list });

const additions = ({ set, add }: HeaderChanges): readonly Message[] => [
  ...set.map(({ name, value }) => overwriteHeader(name, value)),
  ...add.map(({ name, value }) => appendHeader(name, value.replaceAll("%", "%%"))),
];
