import type { MockReply } from "./reply.ts";

/** Why a request for a mocked answer got none (RFC 9457). docs/errors has a page for each type. */
export const mockErrors = {
  notDocumented: {
    type: "https://portico.dev/errors/mock-not-documented",
    status: 400,
    title: "Bad Request",
    advice: "Ask with `Prefer: code=` or `Prefer: example=` for what the operation's document has; the answer's `detail` names it.",
  },
  notAcceptable: {
    type: "https://portico.dev/errors/mock-not-acceptable",
    status: 406,
    title: "Not Acceptable",
    advice: "Name one of the response's media types in `Accept`; the answer's `detail` names them.",
  },
  noOperation: {
    type: "https://portico.dev/errors/mock-without-operation",
    status: 404,
    title: "Not Found",
    advice:
      "The document changed while the request was on its way, or it did not come through the gateway. Send it again, through the gateway.",
  },
  failed: {
    type: "https://portico.dev/errors/mock-failed",
    status: 500,
    title: "Internal Server Error",
    advice: "No answer could be made from the document. Please report it, with the document.",
  },
} as const;

export type MockError = (typeof mockErrors)[keyof typeof mockErrors];

/** An answer that says why there is no other; `requestId` is the one that the gateway gave the request. */
export function refusal({ type, status, title }: MockError, detail: string, requestId: string | undefined): MockReply {
  return {
    status,
    mediaType: "application/problem+json",
    headers: [],
    body: JSON.stringify({ type, title, status, detail, requestId }),
  };
}
