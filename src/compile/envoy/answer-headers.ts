import { idHeader } from "./errors.ts";
import { extension, type Message, typed } from "./json.ts";

/** Every header that Envoys say to each other: a backend would believe it, and a client has no use for it (envoy: "HTTP header manipulation"). */
export const ofEnvoy: Message = { remove_on_match: { key_matcher: { prefix: "x-envoy-", ignore_case: true } } };

const headerMutation = "envoy.filters.http.header_mutation";

/**
 * What a client says behind a body: nothing here looks at it, and a backend that takes it for headers would believe it. Of HTTP/1.1 Envoy passes none on, and gRPC has none in requests
 * (gRPC over HTTP2: "Requests").
 */
const trailers: Message = { remove_on_match: { key_matcher: { safe_regex: { regex: ".*" } } } };

/**
 * The filter that gives every answer the request's id, and takes out Envoy's headers and others that are named, and what stands behind a request's body. The first of its chain, for it
 * sees also what the filters behind it answer: a preflight has no route that would add the request's id.
 */
export const answerHeaders = (...without: readonly string[]): Message =>
  extension(headerMutation, "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation", {
    mutations: {
      request_trailers_mutations: [trailers],
      response_mutations: [
        ofEnvoy,
        ...without.map((name) => ({ remove: name })),
        { append: { ...idHeader("%REQ(X-REQUEST-ID)%"), append_action: "ADD_IF_ABSENT" } },
      ],
    },
  });

/** The last filter of a chain. */
export const router: Message = extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router", {
  suppress_envoy_headers: true,
});

/** Headers of a route's answers that the filter of `answerHeaders` changes, behind all that Envoy does to them. */
export const lateHeaders = (mutations: readonly Message[] = []): Message =>
  mutations.length === 0
    ? {}
    : {
        [headerMutation]: typed("envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute", {
          mutations: { response_mutations: mutations },
        }),
      };
