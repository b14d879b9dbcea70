import type { Access, Answer, ApiModel, Maintenance, Operation } from "../../model/api.ts";
import { noHeaderChanges } from "../../model/headers.ts";
import { lateHeaders } from "./answer-headers.ts";
import { backendAction } from "./backend-route.ts";
import { withinBody } from "./body-limit.ts";
import { challenge } from "./challenges.ts";
import { addressRules } from "./client-addresses.ts";
import { compressionRules } from "./compression.ts";
import { corsFilter, corsPolicy, toOrigins, varyByOrigin } from "./cors.ts";
import { documentAction, pageAction } from "./document-route.ts";
import { errors } from "./errors.ts";
import { faultRules } from "./fault.ts";
import { globalLimitRules } from "./global-limits.ts";
import { field, headerChanges } from "./header-changes.ts";
import { interceptorRules } from "./interceptors.ts";
import { appendHeader, type Message, overwriteHeader } from "./json.ts";
import { keptAction } from "./kept-answers.ts";
import { addressListRules, addressListsOf } from "./limit-addresses.ts";
import { limitsOf } from "./limit-counters.ts";
import { limitHeaders } from "./limit-names.ts";
import { mockActions } from "./mock-route.ts";
import { clusterHeader, functionsField, headerValue, maintenanceField, operationHeader, ownMetadata } from "./names.ts";
import { operationPatches, patchedEach, type Refusing } from "./patches.ts";
import type { EntryOperation, PathEntry } from "./path-entry.ts";
import { methodIs, routeMatch } from "./path-match.ts";
import { protectionOf } from "./protection.ts";
import { queryRules } from "./query-changes.ts";
import { collectedBytes, responseRules } from "./response-validation.ts";
import type { RouteAction } from "./route-action.ts";
import { sandboxRules } from "./sandbox.ts";
import { transportRules } from "./transports.ts";
import { validationRules } from "./validation.ts";

/** What all routes of a gateway are made with. */
export interface RouteSettings {
  /** The mocked operations whose default answers the routes hold themselves. */
  readonly directMocks: ReadonlySet<Operation>;
  /** Under which names operations are counted: those beyond the bound share one. */
  readonly metricNames: ReadonlyMap<Operation, string>;
  /** What the metadata of an operation's routes says of its limits. */
  readonly limits: ReadonlyMap<Operation, Message>;
  /** Whether answers of backends name their operation, too. */
  readonly debug: boolean;
  /** Is told of patches that cannot be made. */
  readonly refusing: Refusing;
}

/** The routes of one operation, for its method (and HEAD where that is GET's), in the order in which they are tried. */
export function operationRoutes(
  entry: PathEntry,
  found: EntryOperation,
  methods: readonly string[],
  settings: RouteSettings,
): readonly Message[] {
  const sandboxing = sandboxRules(found.api, found.operation);
  const countingTogether = globalLimitRules(found.api, found.operation);
  const isLimited = limitsOf(found.api, found.operation).length > 0;
  const looking = addressListRules(addressListsOf(limitsOf(found.api, found.operation)));
  const { filters: protecting, identity, hidden } = protectionOf(found.api, found.operation.access);
  const forBackend = changesForBackend(found.operation);
  const routes = actionsOf(found, settings).map(({ when, action, requestHeaders, responseHeaders, lateHeaders: late, isRefusal }) => {
    const changes = headerChanges(forBackend.headers, found.operation.responseHeaders);
    const ownHeaders = Object.keys(sandboxing).length > 0 ? [clusterHeader] : [];
    const removed = new Set([...forBackend.headers.remove, ...hidden.header, ...ownHeaders]);
    const filters = {
      ...lateHeaders(late),
      ...corsFilters(found, methods),
      ...addressRules(found.operation.addresses),
      ...transportRules(found.operation.transport),
      ...protecting,
      ...looking,
      ...countingTogether,
      ...validationRules(found.api, found.operation),
      ...sandboxing,
      ...faultRules(found.operation.fault),
      ...responseRules(found.api, found.operation),
      ...(isRefusal === true ? {} : interceptorRules(found.api, found.operation)),
      ...compressionRules(found.operation.isCompressed),
      ...queryRules(forBackend.rewrite, hidden),
    };
    return {
      ...routeIdentity(found, settings),
      match: routeMatch(entry, [methodIs(...methods), ...when]),
      ...action,
      ...collectedBytes(found.operation),
      ...changes,
      ...(removed.size > 0 ? { request_headers_to_remove: [...removed] } : {}),
      ...(isLimited ? { response_headers_to_remove: [...found.operation.responseHeaders.remove, ...limitHeaders] } : {}),
      ...field("request_headers_to_add", [...messages(changes.request_headers_to_add), ...requestHeaders, ...identity]),
      ...field("response_headers_to_add", [
        ...messages(changes.response_headers_to_add),
        ...responseHeaders,
        ...(found.operation.cors ? [varyByOrigin] : []),
      ]),
      ...(Object.keys(filters).length > 0 ? { typed_per_filter_config: { ...Object(action.typed_per_filter_config), ...filters } } : {}),
    };
  });
  return patchedEach(routes, operationPatches(found.api, found.operation.id), settings.refusing);
}

/** What these routes do to what a backend sees. Where answers are kept it is done behind that. */
function changesForBackend({ answer, cache, requestHeaders }: Operation) {
  if (cache !== undefined) return { headers: noHeaderChanges, rewrite: undefined };
  return { headers: requestHeaders, rewrite: answer.kind === "backend" ? answer.rewrite : undefined };
}

const corsFilters = ({ operation }: EntryOperation, methods: readonly string[]): Message =>
  operation.cors ? { [corsFilter]: corsPolicy(operation.cors, methods) } : {};

const messages = (list: unknown): readonly Message[] => (Array.isArray(list) ? list : []);

/** What logs and metrics know a route by. */
export function routeIdentity({ api, operation }: EntryOperation, { metricNames, limits }: RouteSettings): Message {
  return {
    name: `${api.name}/${operation.id}`,
    metadata: {
      filter_metadata: {
        [ownMetadata]: {
          api: api.name,
          operation: operation.id,
          template: operation.template,
          metric: metricNames.get(operation) ?? "other",
          ...protectionOf(api, operation.access).metadata,
          ...limits.get(operation),
          ...(operation.interception === undefined ? {} : { [functionsField]: true }),
          ...(operation.maintenance === undefined ? {} : { [maintenanceField]: operation.maintenance.message }),
        },
      },
    },
  };
}

const actionsOf = ({ api, operation }: EntryOperation, settings: RouteSettings): readonly RouteAction[] =>
  plainActions(api, operation, settings).flatMap((action) => toOrigins(operation.cors, action));

function plainActions(api: ApiModel, operation: Operation, settings: RouteSettings): readonly RouteAction[] {
  if (operation.access.kind === "refused") return [refusal(api, operation.access)];
  if (operation.maintenance !== undefined) return [beingWorkedOn(operation.maintenance)];
  if (operation.answer.kind === "document") return [documentAction(api, operation.answer.hash)];
  if (operation.answer.kind === "page") return [pageAction(operation.answer.file)];
  const actions =
    operation.answer.kind === "mock"
      ? mockActions(api, operation, operation.answer.reply, settings.directMocks.has(operation))
      : [sentOn(api, operation, operation.answer, settings)];
  return actions.flatMap((action) => withinBody(action, operation));
}
const sentOn = (
  api: ApiModel,
  operation: Operation,
  answer: Extract<Answer, { kind: "backend" }>,
  settings: RouteSettings,
): RouteAction => ({
  when: [],
  action: operation.cache === undefined ? backendAction(api, operation, answer) : keptAction(operation, answer),
  requestHeaders: [],
  responseHeaders: settings.debug ? [overwriteHeader(operationHeader, headerValue(operation.id))] : [],
});

/** Who may call is told to come again (RFC 9110, section 10.2.3). */
const beingWorkedOn = ({ retryAfterSeconds: seconds }: Maintenance): RouteAction => ({
  isRefusal: true,
  when: [],
  action: { direct_response: { status: errors.maintenance.status } },
  requestHeaders: [],
  responseHeaders: seconds === undefined ? [] : [overwriteHeader("retry-after", String(seconds))],
});

/** Nobody can be let in: 401, with what would be accepted (RFC 9110, section 15.5.2). */
function refusal(api: ApiModel, { schemes }: Extract<Access, { kind: "refused" }>): RouteAction {
  const challenges = [...new Set(schemes.flatMap((scheme) => challenge(api.name, scheme)))];
  return {
    isRefusal: true,
    when: [],
    action: { direct_response: { status: errors.unauthorized.status } },
    requestHeaders: [],
    responseHeaders: challenges.map((value) => appendHeader("www-authenticate", value.replaceAll("%", "%%"))),
  };
}
