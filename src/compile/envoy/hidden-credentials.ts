import type { Access } from "../../model/api.ts";
import { type CredentialLocation, type Demand, type Security, securitiesIn } from "../../model/security.ts";
import type { Securities } from "./credential-rules.ts";

type Protected = Extract<Access, { kind: "protected" }>;

/** Where credentials stand that the backend does not see: headers, parameters of the query, and cookies. */
export interface HiddenCredentials {
  readonly header: readonly string[];
  readonly query: readonly HiddenName[];
  readonly cookie: readonly HiddenName[];
}

/** A name that may stand there several times. Of a credential that is passed on the backend sees the first, which is the one that was checked. */
export interface HiddenName {
  readonly name: string;
  readonly isFirstLeft: boolean;
}

/** Nothing is taken out. */
export const nothingHidden: HiddenCredentials = { header: [], query: [], cookie: [] };

/**
 * The places that a credential of the API stood in, but those whose credential the backend is to see: where each alternative has one that stands there, and nowhere else, and is passed on.
 * Else it may be another's password, or a token that is none, beside a credential that was good. It is taken out once all have looked, as often as it stands there.
 */
export function hiddenCredentials({ alternatives }: Protected, securities: Securities): HiddenCredentials {
  const wanted = securitiesIn(alternatives).flatMap((name) => securities.get(name) ?? []);
  const isPassedOn = (place: CredentialLocation): boolean => {
    const passing = new Set(wanted.filter((one) => passesOn(one, place, wanted)).map(({ name }) => name));
    return alternatives.every((all) => all.some(({ security }: Demand) => passing.has(security)));
  };
  const places = [...securities.values()].flatMap(placesOf);
  const named = (kind: CredentialLocation["in"]): readonly HiddenName[] => {
    const all = places
      .filter((place) => place.in === kind)
      .map((place) => [place.name, { name: place.name, isFirstLeft: isPassedOn(place) }] as const);
    return [...new Map(all).values()];
  };
  // Several fields of a header are looked at as one: then none of them is good.
  const header = named("header").flatMap(({ name, isFirstLeft }) => (isFirstLeft ? [] : [name]));
  return { header, query: named("query"), cookie: named("cookie") };
}

const authorization: CredentialLocation = { in: "header", name: "authorization", prefix: "" };

/** Of what an authoriser is sent nobody knows what is a credential, but for the header that is for them alone (RFC 9110, section 11.6.2). */
const placesOf = ({ asked, locations }: Security): readonly CredentialLocation[] =>
  asked?.kind === "authorizer" && isSent(asked, authorization) ? [authorization] : locations;

/**
 * Whether the backend sees what stands in a place because this Security lets it in. An authoriser stands for what it was sent, and for none of the credentials that others look
 * for there, which it may not know.
 */
function passesOn({ asked, forward, locations }: Security, place: CredentialLocation, wanted: readonly Security[]): boolean {
  if (!forward) return false;
  if (asked?.kind === "authorizer")
    return isSent(asked, place) && !wanted.some((one) => one.locations.some((other) => isSame(other, place)));
  return locations.length > 0 && locations.every((one) => isSame(one, place));
}

const isSent = ({ headers }: { readonly headers: readonly string[] }, place: CredentialLocation): boolean =>
  place.in === "header" && headers.includes(place.name);

const isSame = (one: CredentialLocation, other: CredentialLocation): boolean => one.in === other.in && one.name === other.name;
