import { valueName, valueReferences } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import type { GatewaySummary } from "./compiled-gateways.ts";
import type { MountedSecurity } from "./followed-security.ts";

/** How the gateways of APIs that serve are mounted, by what their images were made from: of what becomes wrong, this is what it was before. */
export interface LastGood {
  /**
   * What credentials are checked with, and, for all of a gateway, what backends are shown and believed by; of one that does not serve yet, what those have that do. Undefined where nobody
   * knows.
   */
  values(api: string, inputHash: string, part: "all" | "credentials"): Values | undefined;
  securities(api: string, inputHash: string): readonly MountedSecurity[];
  /** Says that a gateway serves, and whether no other of its API does any more. */
  serves(api: string, summary: GatewaySummary, isAlone: boolean): void;
  /** Says that the credentials of one that serves were brought up to date. */
  followed(api: string, summary: GatewaySummary): void;
  /** Says of which inputs something is mounted: nothing else is kept. */
  keepMounted(api: string, isMounted: (inputHash: string) => boolean): void;
  forget(api: string): void;
}

interface Mounted {
  readonly securities: readonly MountedSecurity[];
  readonly values: Values;
  /** Those of them that only backends are shown or believed by; undefined where nobody knows them. */
  readonly ofBackends: Values | undefined;
}

export function makeLastGood(): LastGood {
  const byApi = new Map<string, ReadonlyMap<string, Mounted>>();
  const keep = (api: string, { inputHash, securities }: GatewaySummary, isAlone: boolean, values: Omit<Mounted, "securities">): void => {
    byApi.set(api, new Map([...(isAlone ? [] : (byApi.get(api) ?? [])), [inputHash, { securities, ...values }]]));
  };
  return {
    values: (api, inputHash, part) => {
      const all = byApi.get(api);
      const known = [...(all?.values() ?? [])].filter(({ ofBackends }) => part === "credentials" || ofBackends !== undefined);
      const own = all?.get(inputHash);
      if (own !== undefined && known.includes(own)) return own.values;
      return known.length === 0 ? undefined : new Map([...(all?.values() ?? [])].flatMap(({ values }) => [...values]));
    },
    securities: (api, inputHash) => byApi.get(api)?.get(inputHash)?.securities ?? [],
    serves: (api, summary, isAlone) => {
      const { values } = summary;
      keep(api, summary, isAlone, { values, ofBackends: withoutCredentials(values, summary) });
    },
    followed: (api, summary) => {
      const before = byApi.get(api)?.get(summary.inputHash)?.ofBackends;
      const ofBackends = before && withoutCredentials(before, summary);
      keep(api, summary, false, { values: new Map([...(ofBackends ?? []), ...summary.values]), ofBackends });
    },
    keepMounted: (api, isMounted) => {
      byApi.set(api, new Map([...(byApi.get(api) ?? [])].filter(([inputHash]) => isMounted(inputHash))));
    },
    forget: (api) => {
      byApi.delete(api);
    },
  };
}

/** What credentials are checked with and is gone is not to come back. */
function withoutCredentials(values: Values, { verifiers }: GatewaySummary): Values {
  const asked = new Set(valueReferences(verifiers).map(valueName));
  return new Map([...values].filter(([name]) => !asked.has(name)));
}
