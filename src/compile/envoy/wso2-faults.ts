import type { GatewayError } from "../../model/gateway-error.ts";
import { errors } from "./errors.ts";
import type { Message } from "./json.ts";
import type { Refusal } from "./refusals.ts";

/** An error as WSO2's gateway names it. */
interface Fault {
  readonly code: number;
  readonly message: string;
}

const unclassified: Fault = { code: 900900, message: "Unclassified Authentication Failure" };
const blocked: Fault = { code: 900805, message: "Message blocked" };

const throttledOut = "Message throttled out";

/** The codes of WSO2 API Microgateway 3.2 for requests that are not let in. */
const ofRefusals: Readonly<Record<Refusal, Fault | undefined>> = {
  "bad-credential": { code: 900901, message: "Invalid Credentials" },
  "no-credential": { code: 900902, message: "Missing Credentials" },
  expired: { code: 900905, message: "Access Token Expired" },
  "not-allowed": { code: 900910, message: "The access token does not allow you to access the requested resource" },
  "nothing-checks": unclassified,
  unchecked: unclassified,
  blocked,
  address: blocked,
  transport: blocked,
  uncounted: undefined,
  invalid: undefined,
  "invalid-response": undefined,
  interceptor: undefined,
  "over-api-limit": { code: 900800, message: throttledOut },
  "over-operation-limit": { code: 900802, message: throttledOut },
  "over-application-limit": { code: 900803, message: throttledOut },
  "over-subscription-limit": { code: 900804, message: throttledOut },
};

/** Its codes for backends, which are those of Apache Synapse. */
const ofBackends: ReadonlyMap<GatewayError, Fault> = new Map([
  [errors.backendUnreachable, { code: 101503, message: "Error connecting to the back end" }],
  [errors.backendUnavailable, { code: 101503, message: "Error connecting to the back end" }],
  [errors.backendTimeout, { code: 101504, message: "Connection timed out" }],
]);

/** The body of an error in WSO2's form; where that has no code of its own, the status is the code. */
export function faultBody(error: GatewayError, refusal: Refusal | undefined): Message {
  const own = refusal === undefined ? ofBackends.get(error) : ofRefusals[refusal];
  const { code, message } = own ?? { code: error.status, message: error.title };
  return { json_format: { fault: { code, message, description: error.detail } }, content_type: "application/json" };
}
