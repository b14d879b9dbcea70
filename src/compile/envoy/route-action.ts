import type { Message } from "./json.ts";

/** What a route does with its requests, and on what further conditions on headers. */
export interface RouteAction {
  readonly when: readonly Message[];
  readonly action: Message;
  readonly responseHeaders: readonly Message[];
  readonly requestHeaders: readonly Message[];
  /** Changes to its answers behind all that Envoy does to them (envoy: header_mutation). Left out for none. */
  readonly lateHeaders?: readonly Message[];
  /** Whether nobody's request is answered by it: no function sees those. */
  readonly isRefusal?: true;
}
