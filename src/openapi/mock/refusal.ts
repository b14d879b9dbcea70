import type { MockReply } from "./reply.ts";

/** An answer that says why there is no other (RFC 9457). The title is the same each time; the detail names what there is. */
export function refusal(status: number, title: string, detail: string): MockReply {
  return {
    status,
    mediaType: "application/problem+json",
    headers: [],
    body: JSON.stringify({ type: "about:blank", title, status, detail }),
  };
}
