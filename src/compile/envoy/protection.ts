import type { Access, ApiModel } from "../../model/api.ts";
import { securitiesIn } from "../../model/security.ts";
import { accessFilters } from "./access-policy.ts";
import { challengesOf } from "./challenges.ts";
import { type HiddenCredentials, hiddenCredentials, nothingHidden } from "./hidden-credentials.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { Message } from "./json.ts";
import { shownCredentials } from "./shown-credentials.ts";

/** What an operation's access adds to its routes. */
export interface Protection {
  /** The filters that routes switch on. */
  readonly filters: Message;
  /** The headers in which the backend sees who calls. */
  readonly identity: readonly Message[];
  /** The credentials that the backend does not see. */
  readonly hidden: HiddenCredentials;
  /** What a refusal is told by. */
  readonly metadata: Message;
}

const none: Protection = { filters: {}, identity: [], hidden: nothingHidden, metadata: {} };

/** What routes of an operation are protected with; nothing where anybody may call, or nobody. */
export function protectionOf(api: ApiModel, access: Access): Protection {
  if (access.kind !== "protected") return none;
  const securities = new Map(api.securities.map((one) => [one.name, one] as const));
  const asksAgent = securitiesIn(access.alternatives).some((name) => securities.get(name)?.asked !== undefined);
  return {
    filters: accessFilters(access, securities),
    identity: identityHeaders(access, securities),
    hidden: hiddenCredentials(access, securities),
    metadata: {
      ...challengesOf(api.name, access.schemes),
      ...(asksAgent ? { asksAgent } : {}),
      ...shownCredentials(access, securities),
    },
  };
}
