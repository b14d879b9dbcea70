import type { Access } from "../../model/api.ts";
import { type Alternative, type CredentialLocation, type Security, securitiesIn } from "../../model/security.ts";
import { exactRegex } from "../../text/exact-regex.ts";
import { agentGenuine, agentMetadata, keyClient, rbacMetadata, tokenHeader, tokenMetadata } from "./credential-names.ts";
import type { Message } from "./json.ts";
import { ownMetadata } from "./names.ts";
import { wholeToken } from "./pattern.ts";

type Protected = Extract<Access, { kind: "protected" }>;

/** So many places of credentials are looked at where a request is refused, and so many Securities of each: further ones count as empty. */
const places = 6;
const eachPlace = 3;
/** The fields of a route's metadata. */
const shown = "shown";
const once = "decidesOnce";

/**
 * Where a route's credentials stand, and what is left by those that are genuine: by it a refused request that showed one is told from one that showed none. It is
 * the route's metadata, since what refuses is the same for all documents.
 */
export function shownCredentials({ alternatives }: Protected, securities: ReadonlyMap<string, Security>): Message {
  const found = placesIn(alternatives, securities);
  if (found.length === 0) return {};
  return { [shown]: found.slice(0, places), ...(decidesOnce(alternatives, securities) ? { [once]: true } : {}) };
}

/**
 * Whether one look is enough to decide: where each alternative is one credential, whether that is genuine can still be seen after it was refused, by what it left, and
 * need not be decided before what it allows.
 */
export function decidesOnce(alternatives: readonly Alternative[], securities: ReadonlyMap<string, Security>): boolean {
  const all = securitiesIn(alternatives).map((name) => securities.get(name));
  const isSeen = all.every((one) => one !== undefined && one.certificate === undefined && placesOf(one).length > 0);
  const found = placesIn(alternatives, securities);
  const isSmall = found.length <= places && found.every(({ evidence }) => evidence.length <= eachPlace);
  return isSeen && isSmall && alternatives.every(({ length }) => length === 1);
}

interface Place {
  readonly header: string;
  readonly form: string;
  readonly isToken: boolean;
  /** What the whole of the header is, where a signed token stands in one. */
  readonly whole?: string;
  /** What is left by each Security that looks there and finds it genuine. */
  readonly evidence: readonly Message[];
}

/** What stands in one place is one credential, however many Securities look there. */
function placesIn(alternatives: readonly Alternative[], securities: ReadonlyMap<string, Security>): readonly Place[] {
  const found = new Map<string, Place>();
  const all = securitiesIn(alternatives).flatMap((name) => securities.get(name) ?? []);
  for (const place of all.flatMap(placesOf)) {
    const key = JSON.stringify([place.header, place.form]);
    const there = found.get(key);
    const evidence = [...(there?.evidence ?? []), ...place.evidence];
    found.set(key, { ...place, isToken: place.isToken || there?.isToken === true, evidence });
  }
  return [...found.values()];
}

function placesOf({ name, locations, token, keys, asked }: Security): readonly Place[] {
  const isToken = token !== undefined || asked?.kind === "token";
  const evidence = [
    ...(token === undefined ? [] : [{ by: tokenMetadata, key: tokenHeader(name), algorithms: token.algorithms }]),
    ...(keys ? [{ by: rbacMetadata, key: keyClient(name) }] : []),
    ...(asked === undefined ? [] : [{ by: agentMetadata, key: agentGenuine(name) }]),
  ];
  return locations.map((location) => ({
    ...placeOf(location),
    isToken,
    evidence,
    ...(token !== undefined && location.in === "header" ? { whole: `^${wholeToken(location.prefix)}$` } : {}),
  }));
}

/** The header that a credential stands in, and a form of what stands before it there: a scheme's name is the same in capitals (RFC 9110, section 11.1). */
function placeOf(location: CredentialLocation): { readonly header: string; readonly form: string } {
  switch (location.in) {
    case "header":
      return { header: location.name, form: `(?i)^${exactRegex(location.prefix)}` };
    case "query":
      return { header: ":path", form: `${exactRegex(location.name)}=` };
    case "cookie":
      return { header: "cookie", form: `${exactRegex(location.name)}=` };
  }
}

const metadata = "metadata.filter_metadata";
const ofRoute = (field: string): string => `xds.route_metadata.filter_metadata["${ownMetadata}"].${field}`;

/** In CEL one that holds is enough, whatever is not there to be asked. */
const anyPlace = (condition: (place: string) => string): string =>
  Array.from({ length: places }, (_, index) => `(${condition(`${ofRoute(shown)}[${index}]`)})`).join(" || ");

/** A token whose signature is good may still be one that is not to be believed. */
const isOdd = (one: string): string => {
  const left = `${metadata}[${one}.by][${one}.key]`;
  return `${one}.by == "${tokenMetadata}" && (!(${left}.alg in ${one}.algorithms) || "crit" in ${left})`;
};

const isLeft = (one: string): string => `${one}.by in ${metadata} && ${one}.key in ${metadata}[${one}.by] && !(${isOdd(one)})`;

const isGenuine = (place: string): string => {
  const left = Array.from(
    { length: eachPlace },
    (_, index) => `(size(${place}.evidence) > ${index} && ${isLeft(`${place}.evidence[${index}]`)})`,
  );
  return `(${left.join(" || ")}) && (!("whole" in ${place}) || request.headers[${place}.header].matches(${place}.whole))`;
};

const isRefused = (place: string): string => `request.headers[${place}.header].matches(${place}.form) && !(${isGenuine(place)})`;

/** That a credential was shown that is not genuine. */
export const badCredential = anyPlace(isRefused);

/** That it was a token (RFC 6750, section 3.1). */
export const badToken = anyPlace((place) => `${place}.isToken && ${isRefused(place)}`);

/** That a credential is genuine, where one look decides. */
export const genuineOnce = `${ofRoute(once)} == true && (${anyPlace(isGenuine)})`;
