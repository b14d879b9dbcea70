import type { Fault } from "../../model/api.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";
import { inSeconds } from "./retry-policy.ts";

const filterName = "portico.fault";
const type = "envoy.extensions.filters.http.fault.v3.HTTPFault";

/** Makes faults, where routes say which: of those alone whom the operation lets in. */
export const faultFilter: Message = { ...extension(filterName, type), disabled: true };

/** What the route of an operation with a fault switches on (envoy: fault). No header of a client's has a say in it. */
export function faultRules(fault: Fault | undefined): Message {
  if (fault === undefined) return {};
  const { delayMs, status, percent } = fault;
  const percentage = { numerator: percent, denominator: "HUNDRED" };
  const config = typed(type, {
    ...(delayMs === undefined || delayMs === 0 ? {} : { delay: { fixed_delay: inSeconds(delayMs), percentage } }),
    ...(status === undefined ? {} : { abort: { http_status: status, percentage } }),
  });
  return { [filterName]: onRoute(config) };
}
