import type { EntryOperation, PathEntry } from "../../compile/envoy/path-entry.ts";
import type { AddressLists } from "../../model/addresses.ts";
import type { Answer, ApiModel, MessageValidation, Operation, Sandbox } from "../../model/api.ts";
import type { Backend, Retry } from "../../model/backend.ts";
import type { HeaderChanges } from "../../model/headers.ts";
import type { InterceptingFunction } from "../../model/interception.ts";
import type { MockReply } from "../../model/mock.ts";
import { showAlternatives } from "../../model/security.ts";
import type { Place } from "../../problem.ts";
import { type Node, placeOf } from "../../text/node.ts";
import { showTarget } from "../show-target.ts";
import { askedPath } from "./asked-path.ts";
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
    { name: "access", value: accessOf(operation), place: where(origins.security) },
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

function accessOf({ access }: Operation): string {
  if (access.kind === "open") return "open to everybody";
  if (access.kind === "protected") return `needs ${showAlternatives(access.alternatives)}`;
  const names = [...new Set(access.schemes.map(({ name, scopes }) => (scopes.length === 0 ? name : `${name} (${scopes.join(", ")})`)))];
  return `needs ${names.join(", ")}, which ${access.kind === "refused" ? "nothing here checks" : "was asked not to be checked"}`;
}

/** Where the answer comes from; nothing where the request is refused before that. */
function answerFacts(request: AskedRequest, { api, operation }: EntryOperation, origins: Origins): readonly Fact[] {
  const { access, answer } = operation;
  if (access.kind === "refused" || operation.maintenance !== undefined) return [];
  if (answer.kind === "mock") return [mockFact(answer.reply, origins)];
  if (answer.kind === "document") return [{ name: "answer", value: "the document, without what says how it is served", place: undefined }];
  if (answer.kind === "page") return [{ name: "answer", value: "a page to read the document", place: undefined }];
  const all = answer.backends.reduce((sum, { weight }) => sum + weight, 0);
  const place = where(origins.targets);
  const sent = answer.backends.flatMap(({ backend: name, weight }) => {
    const share = answer.backends.length === 1 ? "" : `, ${weight} of ${all} requests`;
    const backend = api.backends.find((one) => one.name === name);
    const urls = backend === undefined ? [] : askedUrls(request, api, answer, backend);
    return [
      ...(name.startsWith("@") && share === ""
        ? []
        : [{ name: "backend", value: `${name.replace(/^@/, "")}${share}`, place: where(origins.backend) }]),
      ...urls.map((value) => ({ name: "asks", value, place })),
    ];
  });
  return [
    ...sent,
    timeoutFact(answer.timeoutMs, origins.timeout),
    ...retryFact(answer.retry, where(origins.retry)),
    ...sandboxFact(answer.sandbox, where(origins.extension("sandbox"))),
    ...mirrorFact(answer.mirror, where(origins.extension("mirror"))),
  ];
}

function mockFact({ status, mediaType }: MockReply, origins: Origins): Fact {
  const said = origins.extension("mock");
  const why = said === undefined ? ", as --mock asks" : "";
  return { name: "mock", value: `${status} ${mediaType ?? "without a body"}, made from the document${why}`, place: where(said) };
}

/** What each target of a backend is asked for. */
function askedUrls(
  request: AskedRequest,
  api: ApiModel,
  answer: Extract<Answer, { kind: "backend" }>,
  backend: Backend,
): readonly string[] {
  const before = answer.path === "same" ? "" : backend.path;
  const areEqual = backend.targets.every(({ weight }) => weight === 1);
  return backend.targets.map((target) => {
    const share = areEqual ? "" : `, weight ${target.weight}`;
    const turn = target.group === 0 ? "" : ", while those before fail";
    return `${showTarget(target, before)}${askedPath(request, api, answer)}${share}${turn}`;
  });
}

function sandboxFact(sandbox: Sandbox | undefined, place: Place | undefined): readonly Fact[] {
  if (sandbox === undefined) return [];
  const { backend, by, name, value } = sandbox;
  return [{ name: "sandbox", value: `${backend.replace(/^@/, "")}, where the ${by} ${name} is ${value}`, place }];
}

function mirrorFact(mirror: Extract<Operation["answer"], { kind: "backend" }>["mirror"], place: Place | undefined): readonly Fact[] {
  if (mirror === undefined) return [];
  return [{ name: "mirror", value: `${mirror.backend.replace(/^@/, "")} gets a copy of ${mirror.percent} of 100 requests`, place }];
}

/** When the request is sent once more. */
function retryFact(retry: Retry | undefined, place: Place | undefined): readonly Fact[] {
  if (retry === undefined) return [];
  const { attempts, statuses, methods, perTryTimeoutMs } = retry;
  const value = [
    attempts === 0 ? "never" : `${attempts} time${attempts === 1 ? "" : "s"} at most`,
    ...(attempts === 0 || statuses.length === 0 ? [] : [`after ${statuses.join(", ")}`]),
    ...(attempts === 0 || perTryTimeoutMs === undefined ? [] : [`or ${perTryTimeoutMs / 1000}s`]),
    ...(attempts === 0 || methods === undefined ? [] : [`for ${methods.join(", ")}`]),
  ].join(", ");
  return [{ name: "retry", value, place }];
}

function timeoutFact(timeoutMs: number, origin: Node | undefined): Fact {
  const time = timeoutMs === 0 ? "none" : `${timeoutMs / 1000}s`;
  return { name: "timeout", value: origin === undefined ? `${time}, the default` : time, place: where(origin) };
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
