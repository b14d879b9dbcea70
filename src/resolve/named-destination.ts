import type { BackendField } from "../api/backend.ts";
import type { BackendPath } from "../model/api.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { type BackendShare, type Destination, endpointDestination, type Surroundings, whole } from "./backends.ts";
import { retryAt, retryOf, unheededCare, unheededRetry } from "./care.ts";
import { backendOf, placesOf } from "./placed-backend.ts";
import { sayOnce } from "./say-once.ts";

type InFull = Exclude<BackendField, string>;

/** The destination that an extension's `backend` names. `scope` names what it is said for: it becomes the backend's name where it has none. */
export function namedDestination(said: BackendField, at: Node, scope: string, surroundings: Surroundings): Destination | undefined {
  if (typeof said === "string") return endpointDestination({ name: said, namespace: undefined }, "strip", at, surroundings);
  const { problems } = surroundings;
  const path = said.basePath ?? "strip";
  const named = [said, ...(said.split ?? [])].flatMap(({ name }) => name ?? []);
  if (named.length > 0) for (const one of besideNames(named, said, at)) sayOnce(problems, one);
  if (said.split !== undefined) return splitDestination(said.split, said, at, scope, surroundings);
  if (said.name === undefined) {
    for (const unheeded of unheededCare(said, at)) sayOnce(problems, unheeded);
    return urlsDestination(said, said, at, `@${scope}`, surroundings);
  }
  for (const unheeded of unheededRetry(said.retry, child(at, "retry"))) sayOnce(problems, unheeded);
  const found = endpointDestination({ name: said.name, namespace: said.namespace }, path, at, surroundings);
  return found && { ...found, retry: said.retry === undefined ? found.retry : retryOf(said.retry) };
}

function urlsDestination(
  { url, urls }: Pick<InFull, "url" | "urls">,
  said: InFull,
  at: Node,
  name: string,
  { problems, settings }: Surroundings,
): Destination | undefined {
  if (settings.cluster !== undefined) for (const one of shownSecrets(said, at)) sayOnce(problems, one);
  const places = placesOf({ urls: urls ?? (url === undefined ? [] : [url]), failover: said.failover });
  const backend = backendOf(name, places, said, child(at, urls === undefined ? "url" : "urls"), problems);
  return backend && { shares: whole(backend), path: said.basePath ?? "strip", timeoutMs: undefined, retry: retryAt(said, backend) };
}

/**
 * In a cluster a Secret of its namespace would be sent wherever a document says. Who may change a ConfigMap need not be who may read Secrets: there a TargetEndpoint says it, which is held to its writer's rights.
 */
function shownSecrets({ credentials, tls }: InFull, at: Node): readonly Problem[] {
  const fields = [
    ...(credentials === undefined ? [] : [["credentials", child(at, "credentials")] as const]),
    ...(tls?.clientCertificate === undefined ? [] : [["clientCertificate", child(child(at, "tls"), "clientCertificate")] as const]),
  ];
  return fields.map(([field, where]) =>
    error(
      "WrongValue",
      placeOf(where),
      `In a cluster no document says what of a Secret a backend sees. Name a TargetEndpoint here, and write its \`url\` and \`${field}\` there.`,
    ),
  );
}

/** Each place gets its share; what is to be said of all is said beside them, else by the first. */
function splitDestination(
  split: NonNullable<InFull["split"]>,
  said: InFull,
  at: Node,
  scope: string,
  surroundings: Surroundings,
): Destination | undefined {
  const { problems } = surroundings;
  const path: BackendPath = said.basePath ?? "strip";
  const all = split.map(({ name, url, weight = 1 }, index) => {
    const where = child(child(at, "split"), index);
    const found =
      name === undefined
        ? urlsDestination({ url }, said, where, `@${scope}#${index}`, surroundings)
        : endpointDestination({ name, namespace: undefined }, path, where, surroundings);
    return { found, weight };
  });
  const asked = all.filter(({ weight }) => weight > 0);
  const [first] = asked;
  if (first === undefined)
    sayOnce(
      problems,
      error("WrongValue", placeOf(child(at, "split")), "Every weight here is 0, so nobody would be asked. Give one of them more."),
    );
  // What is wrong with one was said.
  if (first?.found === undefined || all.some(({ found }) => found === undefined)) return undefined;
  const shares = asked.flatMap(({ found, weight }): readonly BackendShare[] =>
    (found?.shares ?? []).map(({ backend }) => ({ backend, weight })),
  );
  return { ...first.found, shares: together(shares), path, retry: said.retry === undefined ? first.found.retry : retryOf(said.retry) };
}

/** Of a backend that is named twice the shares are one. */
function together(shares: readonly BackendShare[]): readonly BackendShare[] {
  const found = new Map<string, BackendShare>();
  for (const { backend, weight } of shares) found.set(backend.name, { backend, weight: weight + (found.get(backend.name)?.weight ?? 0) });
  return [...found.values()];
}

/** How a TargetEndpoint is treated and shown to is its own matter, for it may be another one where the image serves. */
const ofEndpoint = [
  ...(["failover", "loadBalancing", "circuitBreaker", "connectionPool", "healthCheck", "tls", "credentials"] as const),
  ...(["protocol", "connectTimeout", "idleTimeout"] as const),
] as const;

function besideNames(names: readonly string[], said: InFull, at: Node): readonly Problem[] {
  const fields = ofEndpoint.filter((field) => said[field] !== undefined).map((field) => [field, child(at, field)] as const);
  const budget = said.retry?.budgetPercent === undefined ? [] : [["budgetPercent", child(child(at, "retry"), "budgetPercent")] as const];
  return [...fields, ...budget].map(([field, where]) => {
    const message = `\`${field}\` is for the TargetEndpoint \`${names[0] ?? ""}\` itself to say. Write it there, or name a \`url\` here.`;
    return error("WrongValue", placeOf(where), message);
  });
}
