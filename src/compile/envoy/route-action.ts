import type { Message } from "./json.ts";

/** What a route does with its requests, and on what further conditions on headers. */
export interface RouteAction {
  readonly when: readonly Message[];
  readonly action: Message;
  readonly responseHeaders: readonly Message[];
  readonly requestHeaders: readonly Message[];
  /** Whether nobody's request is answered by it: no function sees those. */
  readonly isRefusal?: true;
}
