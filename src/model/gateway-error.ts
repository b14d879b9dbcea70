/** By which what is behind the cache tells that an answer is no backend's but the gateway's own. No backend can write it, and no client sees it. */
export const ownAnswerHeader = "portico-own-answer";

/** An error that the gateway itself answers, as RFC 9457 describes it. docs/errors has a page for each type. */
export interface GatewayError {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** The page that says what a type of error means. */
const errorType = (slug: string): string => `https://portico.dev/errors/${slug}`;

export const gatewayError = (slug: string, status: number, title: string, detail: string): GatewayError => ({
  type: errorType(slug),
  title,
  status,
  detail,
});

/** By which Envoy tells an answer that the policy agent refused (envoy: response code details). */
export const invalidResponseDetails = "portico_invalid_response";

/**
 * The same where functions see messages: for an answer of a function's own, where one failed, where a message is none that a function can be called with, and where nobody had the time.
 */
export const interceptorDetails = {
  answer: "portico_interceptor_answer",
  failed: "portico_interceptor_failed",
  unfit: "portico_interceptor_unfit",
  overloaded: "portico_interceptor_overloaded",
} as const;

/** What the policy agent answers where a request is not what the document says. */
export const validationErrors = {
  invalidRequest: gatewayError(
    "invalid-request",
    400,
    "Bad Request",
    "The request is not what the API's document says; `errors` has what is wrong, and where.",
  ),
  unsupportedMediaType: gatewayError(
    "unsupported-media-type",
    415,
    "Unsupported Media Type",
    "The request's body is of a media type that the operation does not take; `errors` says which it does.",
  ),
} as const satisfies Readonly<Record<string, GatewayError>>;
