import type { Access } from "../../model/api.ts";
import type { CredentialLocation, Security } from "../../model/security.ts";
import type { Securities } from "./credential-rules.ts";

type Protected = Extract<Access, { kind: "protected" }>;

/** Where credentials stand that the backend does not see, by the kind of place. */
export type HiddenCredentials = Readonly<Record<CredentialLocation["in"], readonly string[]>>;

/** Nothing is taken out. */
export const nothingHidden: HiddenCredentials = { header: [], query: [], cookie: [] };

/**
 * The places that a credential of the API stood in, but those whose credential the backend is to see: where each alternative has one that stands there, and nowhere else, and is passed on.
 * Else it may be another's password, or a token that is none, beside a credential that was good. It is taken out once all have looked, as often as it stands there.
 */
export function hiddenCredentials({ alternatives }: Protected, securities: Securities): HiddenCredentials {
  const isPassedOn = (place: CredentialLocation): boolean =>
    alternatives.every((all) =>
      all.some(({ security }) => {
        const found = securities.get(security);
        return found?.forward === true && found.locations.every((one) => one.in === place.in && one.name === place.name);
      }),
    );
  const places = [...securities.values()].flatMap(({ locations }: Security) => locations).filter((place) => !isPassedOn(place));
  const named = (kind: CredentialLocation["in"]): readonly string[] => [
    ...new Set(places.flatMap((place) => (place.in === kind ? [place.name] : []))),
  ];
  return { header: named("header"), query: named("query"), cookie: named("cookie") };
}
