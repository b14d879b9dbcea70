import type { EntryOperation } from "../../compile/envoy/path-entry.ts";
import type { Answer, ApiModel, Operation, Sandbox } from "../../model/api.ts";
import type { Backend, Retry } from "../../model/backend.ts";
import type { MockReply } from "../../model/mock.ts";
import type { Place } from "../../problem.ts";
import { type Node, placeOf } from "../../text/node.ts";
import { showTarget } from "../show-target.ts";
import { askedPath } from "./asked-path.ts";
import type { AskedRequest } from "./asked-request.ts";
import { careFacts } from "./care-facts.ts";
import type { Fact } from "./facts.ts";
import type { Origins } from "./origins.ts";

const placeOrNone = (node: Node | undefined): Place | undefined => node && placeOf(node);

/** Where the answer comes from; nothing where the request is refused before that. */
export function answerFacts(request: AskedRequest, { api, operation }: EntryOperation, origins: Origins): readonly Fact[] {
  const { access, answer } = operation;
  if (access.kind === "refused" || operation.maintenance !== undefined) return [];
  if (answer.kind === "mock") return [mockFact(answer.reply, origins)];
  if (answer.kind === "document") return [{ name: "answer", value: "the document, without what says how it is served", place: undefined }];
  if (answer.kind === "page") return [{ name: "answer", value: "a page to read the document", place: undefined }];
  const all = answer.backends.reduce((sum, { weight }) => sum + weight, 0);
  const place = placeOrNone(origins.targets);
  const sent = answer.backends.flatMap(({ backend: name, weight }) => {
    const share = answer.backends.length === 1 ? "" : `, ${weight} of ${all} requests`;
    const backend = api.backends.find((one) => one.name === name);
    const urls = backend === undefined ? [] : askedUrls(request, api, answer, backend);
    return [
      ...(name.startsWith("@") && share === ""
        ? []
        : [{ name: "backend", value: `${name.replace(/^@/, "")}${share}`, place: placeOrNone(origins.backend) }]),
      ...urls.map((value) => ({ name: "asks", value, place })),
      ...(backend === undefined ? [] : careFacts(backend, place)),
    ];
  });
  return [
    ...sent,
    timeoutFact(answer.timeoutMs, origins.timeout),
    ...retryFact(answer.retry, placeOrNone(origins.retry)),
    ...sandboxFact(answer.sandbox, placeOrNone(origins.extension("sandbox"))),
    ...mirrorFact(answer.mirror, placeOrNone(origins.extension("mirror"))),
  ];
}

function mockFact({ status, mediaType }: MockReply, origins: Origins): Fact {
  const said = origins.extension("mock");
  const why = said === undefined ? ", as --mock asks" : "";
  return { name: "mock", value: `${status} ${mediaType ?? "without a body"}, made from the document${why}`, place: placeOrNone(said) };
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
  return { name: "timeout", value: origin === undefined ? `${time}, the default` : time, place: placeOrNone(origin) };
}
