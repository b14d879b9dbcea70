import type { RateLimitingSpec } from "../api/rate-limiting.ts";
import type { SecuritySpec } from "../api/security.ts";
import { tiers } from "../api/tiers.ts";
import type { Access } from "../model/api.ts";
import { type Limit, mostAddressLists } from "../model/limit.ts";
import { error } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";
import { limitOf, readsClaims, readsTiers } from "./limit.ts";
import { grantAdvice, type Reference, referred } from "./referred.ts";
import { sayOnce } from "./say-once.ts";
import type { Level, Whole } from "./whole.ts";

/** The limits of one API, as they are found out operation by operation. */
export interface Limits {
  /** The ids of those that count for an operation. `levels` are those that hold for it, the innermost first. */
  of(levels: readonly Level[], access: Access): readonly string[];
  /** Those that some operation has, in the order of their ids. */
  used(): readonly Limit[];
}

/** A limit that is asked for, and where. */
interface AskedLimit extends Reference {
  readonly at: Node;
  /** Whether it is asked for all that the document has. */
  readonly isWhole: boolean;
}

/** What is wrong with limits that are asked for is added to the Problems of the whole. */
export function makeLimits(whole: Whole): Limits {
  const used = new Map<string, Limit>();
  return {
    used: () => [...used.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    of: (levels, access) => {
      const limits = asked(whole, levels).flatMap((one) => found(whole, one, access) ?? []);
      for (const limit of limits) used.set(limit.id, limit);
      sayNoService(whole, levels, limits);
      sayTooManyLists(whole, levels, limits);
      return [...new Set(limits.map(({ id }) => id))];
    },
  };
}

function sayTooManyLists({ document, problems }: Whole, levels: readonly Level[], limits: readonly Limit[]): void {
  const lists = limits.flatMap(({ conditions }) => conditions.flatMap((one) => (one.kind === "addresses" ? [one.ranges.join()] : [])));
  if (new Set(lists).size <= mostAddressLists) return;
  const at = sayingLimits(levels) ?? document.root;
  const message = `The limits here ask for more than ${mostAddressLists} lists of addresses. Let some have the same list, or name fewer.`;
  sayOnce(problems, error("WrongValue", placeOf(at), message));
}

/** What counts for all gateways is the environment's to supply. */
function sayNoService({ document, problems, settings }: Whole, levels: readonly Level[], limits: readonly Limit[]): void {
  const [first] = limits.filter(({ scope }) => scope.kind === "global");
  if (settings.countsGlobally !== false || first === undefined) return;
  const message = noLimitsService(first.name, settings.cluster !== undefined);
  sayOnce(problems, error("NoLimitsService", placeOf(sayingLimits(levels) ?? document.root), message));
}

/** That a limit counts across gateways, and nothing is there to do it. */
export function noLimitsService(limit: string, isInCluster: boolean): string {
  const how = isInCluster
    ? "Start the service that counts, and name it to the operator (`portico operator upgrade --ratelimit HOST:PORT`)"
    : "Name the service that counts (`--ratelimit HOST:PORT`), or let Portico start one (`portico run --with-ratelimit`)";
  return `The limit \`${limit}\` counts across gateways, and nothing here does that. ${how}, or say \`scope: local\` in the RateLimiting: each gateway then counts for itself.`;
}

/** What says which limits count. */
const sayingLimits = (levels: readonly Level[]): Node | undefined =>
  levels.find(({ extension }) => extension?.fields.rateLimit !== undefined)?.extension?.at("rateLimit");

/** What the innermost level says that says something, else what the API says. */
function asked({ document, settings, level }: Whole, levels: readonly Level[]): readonly AskedLimit[] {
  const saying = levels.find(({ extension }) => extension?.fields.rateLimit !== undefined);
  const said = saying?.extension?.fields.rateLimit;
  if (saying?.extension === undefined || said === undefined)
    return (settings.cluster?.limits ?? []).map((one) => ({ ...one, at: document.root, isWhole: true }));
  const at = saying.extension.at("rateLimit");
  const names = said === false ? [] : [said].flat();
  return names.map((name) => ({ name, namespace: undefined, at, isWhole: saying === level }));
}

function found(whole: Whole, one: AskedLimit, access: Access): Limit | undefined {
  const { problems, resources, settings } = whole;
  const resource = referred(resources.rateLimitings, one, settings.cluster);
  const tier = one.namespace === undefined ? tiers.get(one.name) : undefined;
  const named = resource ?? (tier === undefined ? referred(resources.rateLimitings, plainName(one), settings.cluster) : undefined);
  if (named !== undefined) return withCredentials(whole, one, named.spec, limitOf(named.name, named.spec, named.spec.type), access);
  if (tier !== undefined) return limitOf(one.name, tier, one.isWhole ? "api" : "operation");
  sayOnce(problems, error("UnknownLimit", placeOf(one.at), unknown(whole, one)));
  return undefined;
}

/** A name that is none for an object stands for what it can be: `10kPerMin` for `10kpermin`. */
const plainName = ({ name, namespace }: Reference): Reference => ({ name: name.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, "-"), namespace });

function unknown({ resources, settings }: Whole, one: AskedLimit): string {
  const { name, namespace } = one;
  if (namespace !== undefined)
    return `There is no RateLimiting \`${namespace}/${name}\` that may be used here. ${grantAdvice("RateLimiting", one, settings.cluster)}`;
  const known = [...resources.rateLimitings.keys(), ...tiers.keys()];
  const advice = didYouMean(name, known) || ` Add one, or name a tier that is there: ${[...tiers.keys()].join(", ")}.`;
  return `There is no RateLimiting \`${name}\`, and no tier of this name.${advice}`;
}

/** A claim stands in a token, and a tier beside a key: where an operation takes none, what asks for it would never count, or count all together. */
function withCredentials(whole: Whole, one: AskedLimit, spec: RateLimitingSpec, limit: Limit, access: Access): Limit | undefined {
  const needed = [...(readsClaims(spec) ? [ofTokens] : []), ...(readsTiers(spec) ? [ofKeys] : [])];
  if (needed.length === 0) return limit;
  // Nobody gets in, or nothing is looked at: the person chose that.
  if (access.kind === "refused" || access.kind === "unprotected") return undefined;
  const demands = access.kind === "protected" ? access.alternatives.flat() : [];
  const specs = demands.map(({ security }) => whole.resources.securities.get(security)?.spec);
  const lacking = needed.find(({ isTaken }) => !specs.some(isTaken));
  if (lacking === undefined) return limit;
  const message = `The RateLimiting \`${limit.name}\` asks for a ${lacking.what} is checked here that could have it. Count by something else, or let a Security of type ${lacking.types} check the credential.`;
  sayOnce(whole.problems, error("WrongValue", placeOf(one.at), message));
  return undefined;
}

const ofTokens = {
  what: "claim, and no token",
  types: "jwt or oauth2",
  isTaken: (spec: SecuritySpec | undefined): boolean =>
    spec?.jwt !== undefined || spec?.oauth2 !== undefined || spec?.apiKey?.signed !== undefined,
};
const ofKeys = {
  what: "client's tier, and no key",
  types: "apiKey, with `keys`,",
  isTaken: (spec: SecuritySpec | undefined): boolean => spec?.apiKey?.keys !== undefined,
};
