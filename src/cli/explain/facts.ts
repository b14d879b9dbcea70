import type { EntryOperation, PathEntry } from "../../compile/envoy/path-entry.ts";
import type { AddressLists } from "../../model/addresses.ts";
import type { ApiModel, MessageValidation, Operation } from "../../model/api.ts";
import type { HeaderChanges } from "../../model/headers.ts";
import type { InterceptingFunction } from "../../model/interception.ts";
import { showAlternatives } from "../../model/security.ts";
import type { Place } from "../../problem.ts";
import { type Node, placeOf } from "../../text/node.ts";
import { answerFacts } from "./answer-facts.ts";
import type { AskedRequest } from "./asked-request.ts";
import { limitFacts } from "./limit-facts.ts";
import type { Origins } from "./origins.ts";

/** One thing that holds for a request, and where it is said; undefined where it holds because nothing says otherwise. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly place: Place | undefined;
}

const where = (node: Node | undefined): Place | undefined => node && placeOf(node);

/** Everything that holds for a request that an operation answers. `place` says where an operation is written. */
export function factsOf(
  request: AskedRequest,
  { api, operation }: EntryOperation,
  lost: readonly PathEntry[],
  origins: Origins,
  place: (found: EntryOperation) => Place | undefined,
): readonly Fact[] {
  return [
    { name: "api", value: `${api.title} ${api.version}`, place: undefined },
    { name: "operation", value: operation.id, place: place({ api, operation }) },
    { name: "path", value: operation.template, place: where(origins.path) },
    ...lost.flatMap(({ operations }) =>
      operations
        .slice(0, 1)
        .map((other) => ({ name: "before", value: `${other.operation.template}, which matches too`, place: place(other) })),
    ),
    ...(request.method === operation.method
      ? []
      : [{ name: "method", value: `${request.method}, answered as ${operation.method} is`, place: undefined }]),
    ...addressFacts(operation.addresses, where(origins.extension("addresses"))),
    ...transportFact(operation, where(origins.transport)),
    { name: "access", value: accessOf(operation, api), place: where(origins.security) },
    ...limitFacts(api, operation, where(origins.extension("rateLimit"))),
    ...faultFact(operation, where(origins.extension("fault"))),
    ...maintenanceFact(operation, where(origins.extension("maintenance"))),
    ...answerFacts(request, { api, operation }, origins),
    ...bodyFact(operation, where(origins.extension("maxBody"))),
    ...validationFacts(operation, where(origins.extension("validation"))),
    ...interceptorFacts(operation, where(origins.extension("interceptors"))),
    ...cacheFact(operation, where(origins.extension("cache"))),
    ...streamFact(operation, where(origins.extension("streaming"))),
    ...corsFact(operation, where(origins.extension("cors"))),
    ...headerFacts("request headers", operation.requestHeaders, where(origins.extension("requestHeaders"))),
    ...headerFacts("response headers", operation.responseHeaders, where(origins.extension("responseHeaders"))),
    ...webSocketFact(operation, where(origins.extension("webSocket"))),
  ];
}

function addressFacts(lists: AddressLists | undefined, place: Place | undefined): readonly Fact[] {
  if (lists === undefined) return [];
  const said = [
    ...(lists.allow.length === 0 ? [] : [`only from ${lists.allow.join(", ")}`]),
    ...(lists.deny.length === 0 ? [] : [`not from ${lists.deny.join(", ")}`]),
  ];
  return [{ name: "addresses", value: said.join("; "), place }];
}

function transportFact({ transport }: Operation, place: Place | undefined): readonly Fact[] {
  return transport === undefined ? [] : [{ name: "transport", value: `${transport} alone`, place }];
}

function faultFact({ fault }: Operation, place: Place | undefined): readonly Fact[] {
  if (fault === undefined) return [];
  const met = [
    ...(fault.delayMs === undefined ? [] : [`wait ${fault.delayMs / 1000}s`]),
    ...(fault.status === undefined ? [] : [`get ${fault.status}`]),
  ];
  return [{ name: "fault", value: `on purpose, ${fault.percent} of 100 requests ${met.join(" and ")}`, place }];
}

function maintenanceFact({ maintenance }: Operation, place: Place | undefined): readonly Fact[] {
  return maintenance === undefined ? [] : [{ name: "maintenance", value: `503: ${maintenance.message}`, place }];
}

function bodyFact({ maxBodyBytes }: Operation, place: Place | undefined): readonly Fact[] {
  return maxBodyBytes === undefined ? [] : [{ name: "body", value: `at most ${maxBodyBytes.toLocaleString("en")} bytes`, place }];
}

function validationFacts({ validation }: Operation, place: Place | undefined): readonly Fact[] {
  const fact = (name: string, messages: MessageValidation | undefined): readonly Fact[] =>
    messages === undefined ? [] : [{ name, value: heldAgainst(messages), place }];
  return [...fact("requests", validation?.request), ...fact("responses", validation?.response)];
}

function heldAgainst({ strictness, largestBytes }: MessageValidation): string {
  const [wrong, larger] =
    strictness === "enforce"
      ? ["refused where they are not what the document says", "refused"]
      : ["let through and reported where they are wrong", "not looked at"];
  return largestBytes === undefined ? wrong : `${wrong}; a body of more than ${largestBytes.toLocaleString("en")} bytes is ${larger}`;
}

function interceptorFacts({ interception }: Operation, place: Place | undefined): readonly Fact[] {
  if (interception === undefined) return [];
  const { request, response, largestBytes, timeoutMs, goesOnAfterFailure } = interception;
  const given = largestBytes === undefined ? "" : `, with bodies of ${largestBytes.toLocaleString("en")} bytes at most`;
  const failing = goesOnAfterFailure ? "passed over where it fails" : "500 where it fails";
  const fact = (name: string, seen: InterceptingFunction | undefined): readonly Fact[] =>
    seen === undefined ? [] : [{ name, value: `${seen.path}#${seen.name}${given}, within ${timeoutMs / 1000}s; ${failing}`, place }];
  return [...fact("request function", request), ...fact("response function", response)];
}

function cacheFact({ cache }: Operation, place: Place | undefined): readonly Fact[] {
  if (cache === undefined) return [];
  const fresh =
    cache.freshSeconds === undefined
      ? "where they say how long they are fresh"
      : `for ${cache.freshSeconds}s where they do not say how long`;
  const apart = cache.headers.length === 0 ? "" : `, apart by ${cache.headers.join(", ")}`;
  return [{ name: "cache", value: `answers are kept ${fresh}${apart}`, place }];
}

function streamFact({ isStream }: Operation, place: Place | undefined): readonly Fact[] {
  return isStream ? [{ name: "stream", value: "no time of its messages is bounded", place }] : [];
}

function webSocketFact({ webSocket, answer }: Operation, place: Place | undefined): readonly Fact[] {
  if (!webSocket) return [];
  const value = answer.kind === "mock" ? "refused: 403, for a mocked answer is none" : "may be asked for; it has no timeout";
  return [{ name: "WebSocket", value, place }];
}

function accessOf({ access }: Operation, { securities }: Pick<ApiModel, "securities">): string {
  if (access.kind === "open") return "open to everybody";
  if (access.kind === "protected") return `needs ${showAlternatives(access.alternatives, securities)}`;
  const names = [...new Set(access.schemes.map(({ name, scopes }) => (scopes.length === 0 ? name : `${name} (${scopes.join(", ")})`)))];
  return `needs ${names.join(", ")}, which ${access.kind === "refused" ? "nothing here checks" : "was asked not to be checked"}`;
}

function corsFact({ cors }: Operation, place: Place | undefined): readonly Fact[] {
  if (cors === undefined) return [];
  const credentials = cors.credentials ? ", with credentials" : "";
  return [{ name: "CORS", value: `${cors.origins.join(", ")} may call${credentials}`, place }];
}

function headerFacts(name: string, { remove, set, add }: HeaderChanges, place: Place | undefined): readonly Fact[] {
  const changes = [
    ...remove.map((field) => `without ${field}`),
    ...set.map((field) => `${field.name}: ${field.value}`),
    ...add.map((field) => `also ${field.name}: ${field.value}`),
  ];
  return changes.length === 0 ? [] : [{ name, value: changes.join("; "), place }];
}
