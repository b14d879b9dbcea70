import { milliseconds } from "../api/duration.ts";
import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import { type Backend, type BackendTarget, plainBackend } from "../model/backend.ts";
import { error, type Problem } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import { type SaidTrust, trustOf } from "./backend-trust.ts";
import { careOf, type SaidCare } from "./care.ts";
import { sayOnce } from "./say-once.ts";
import { parseServerUrl } from "./server-url.ts";

/** A place that requests go to, as a TargetEndpoint's `targets` have it. */
interface Placed {
  readonly url: string;
  readonly weight?: number | undefined;
  readonly group?: number | undefined;
}

/** Of urls that are an order each is a group of its own. */
export const placesOf = ({
  urls,
  failover = false,
}: {
  readonly urls: readonly string[];
  readonly failover: boolean | undefined;
}): readonly Placed[] => urls.map((url, index) => ({ url, group: failover ? index : 0 }));

/** One backend of several urls. They differ in host and port only: a path or TLS is the backend's as a whole. */
export function backendOf(
  name: string,
  places: readonly Placed[],
  said: SaidCare & SaidTrust & Pick<TargetEndpointSpec, "connectTimeout">,
  at: Node,
  problems: Problem[],
): Backend | undefined {
  const parent = { ...at, pointer: at.pointer.slice(0, at.pointer.lastIndexOf("/")) };
  const urls = places.map(({ url }) => url);
  const parsed = urls.map(parseServerUrl);
  const targets = parsed.flatMap(({ target }) => (typeof target === "string" ? [] : [target]));
  const [first] = targets;
  if (first === undefined || targets.length < urls.length) {
    // A TargetEndpoint with fields of a later version only: its NotYet was said already.
    if (urls.length > 0)
      sayOnce(
        problems,
        error(
          "WrongValue",
          placeOf(at),
          "A url here is none that requests can be sent to. Write scheme and host, such as `http://pets:8080`.",
        ),
      );
    return undefined;
  }
  if (parsed.some(({ path }) => path !== parsed[0]?.path) || targets.some(({ tls }) => tls !== first.tls)) {
    sayOnce(
      problems,
      error("WrongValue", placeOf(at), "The urls of one backend differ in path or scheme. Let them differ in host and port only."),
    );
    return undefined;
  }
  const all = targets.map((target, index) => ({ ...target, weight: places[index]?.weight ?? 1, group: places[index]?.group ?? 0 }));
  const placed = distinct(all.filter(({ weight }) => weight > 0));
  if (placed.length === 0) {
    sayOnce(problems, error("WrongValue", placeOf(at), "Every weight here is 0, so nobody would be asked. Give one of them more."));
    return undefined;
  }
  const groups = [...new Set(placed.map(({ group }) => group))].toSorted((a, b) => a - b);
  return {
    name,
    // Envoy wants groups without a gap.
    targets: placed.map((target) => ({ ...target, group: groups.indexOf(target.group) })),
    path: parsed[0]?.path ?? "",
    connectTimeoutMs: said.connectTimeout === undefined ? plainBackend.connectTimeoutMs : milliseconds(said.connectTimeout),
    care: careOf(said, groups.length),
    ...trustOf(said, name, parent),
  };
}

const distinct = (targets: readonly BackendTarget[]): readonly BackendTarget[] => [
  ...new Map(targets.map((target) => [`${target.host} ${target.port}`, target] as const)).values(),
];
