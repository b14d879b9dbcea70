import type { ApiModel, Operation, Sandbox } from "../../model/api.ts";
import { securitiesIn } from "../../model/security.ts";
import { anyOf, claimIs } from "./claim-expressions.ts";
import { extension, type Message, onRoute, overwriteWith, typed } from "./json.ts";
import { clusterHeader, clusterName } from "./names.ts";
import { speaking, surely } from "./speaking.ts";

const filterName = "portico.sandbox";
const againName = "portico.sandbox.route";
const mutation = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";

/**
 * The filters for requests whose cluster depends on who calls, behind all that find that out: one writes it down, the other has the route looked for again, for Envoy takes the
 * cluster's name from the header as it is just then. Routes switch them on.
 */
export const sandboxFilters: readonly Message[] = [
  { ...extension(filterName, mutation, { mutations: {} }), disabled: true },
  {
    ...extension(againName, "envoy.extensions.filters.http.set_filter_state.v3.Config", { clear_route_cache: true }),
    disabled: true,
  },
];

/** What the route of an operation with a sandbox switches on. */
export function sandboxRules(api: ApiModel, operation: Operation): Message {
  const { answer } = operation;
  if (answer.kind !== "backend" || answer.sandbox === undefined) return {};
  const [production = ""] = answer.backends.map(({ backend }) => clusterName(api.name, backend));
  const chosen = `(${isForSandbox(api, operation, answer.sandbox)}) ? ${text(clusterName(api.name, answer.sandbox.backend))} : ${text(production)}`;
  const header = overwriteWith(clusterHeader, `%CEL(${chosen})%`);
  const config = typed("envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute", {
    mutations: { request_mutations: [{ append: header }] },
  });
  return { [filterName]: onRoute(config), [againName]: onRoute({}) };
}

/** In CEL. What is not there tells nothing: the request is for production. */
function isForSandbox(api: ApiModel, { access }: Operation, { by, name, value }: Sandbox): string {
  if (by === "header")
    return escaped(`${JSON.stringify(name)} in request.headers && request.headers[${JSON.stringify(name)}] == ${JSON.stringify(value)}`);
  const alternatives = access.kind === "protected" ? access.alternatives : [];
  const speaks = speaking(alternatives, api.securities);
  const securities = securitiesIn(alternatives).flatMap((one) => api.securities.find((security) => security.name === one) ?? []);
  const conditions = securities.flatMap((security) => {
    const condition = claimIs(security, name, { kind: "exact", text: value });
    return condition === undefined ? [] : [surely(condition, speaks(security))];
  });
  return escaped(anyOf(conditions));
}

/** A text in CEL, within a substitution format string of Envoy's, whose commands begin with `%`. */
const text = (one: string): string => escaped(JSON.stringify(one.toWellFormed()));

const escaped = (expression: string): string => expression.replaceAll("%", "\\u0025");
