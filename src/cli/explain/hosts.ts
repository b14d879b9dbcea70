import type { ApiModel } from "../../model/api.ts";
import { answersUnder } from "../../model/host.ts";

/** The APIs that one host name is answered from; `*` is every other name. */
export interface HostApis {
  readonly host: string;
  readonly apis: readonly ApiModel[];
}

/**
 * Under which host names a request may be answered: the one that fits its own best (the name itself, the longest wildcard, any), and
 * without one every name there is.
 */
export function candidateHosts(apis: readonly ApiModel[], asked: string | undefined): readonly HostApis[] {
  const hosts = [...new Set(apis.flatMap((api) => api.hosts))];
  if (asked === undefined) return ["*", ...hosts].map((host) => under(apis, host));
  const wildcards = hosts.filter((host) => host.startsWith("*.")).toSorted((a, b) => b.length - a.length);
  const own = hosts.find((host) => host.toLowerCase() === asked) ?? wildcards.find((host) => asked.endsWith(host.slice(1).toLowerCase()));
  return [under(apis, own ?? "*")];
}

const under = (apis: readonly ApiModel[], host: string): HostApis => ({
  host,
  apis: apis.filter((api) => answersUnder(api.hosts, host)),
});
