import type { ImageContents } from "../image/contents.ts";
import type { ApiModel } from "../model/api.ts";
import type { TokenVerifier, Verifier } from "../model/security.ts";
import { wholeFile } from "../problem.ts";

type Manifest = ImageContents["manifest"];

/**
 * A model in which a Security that is not there takes its place, and finds no credential good: what routes of the image ask of it is answered, by nobody being let in.
 */
export const withAbsentees =
  ({ apis }: Manifest) =>
  (model: ApiModel): ApiModel => {
    const there = new Set(model.verifiers.map(({ security }) => security));
    const named = apis.find(({ name }) => name === model.name)?.securities ?? [];
    const absent = named.filter(({ name }) => !there.has(name)).map(absentVerifier);
    return { ...model, verifiers: [...model.verifiers, ...absent] };
  };

type ManifestSecurity = Manifest["apis"][number]["securities"][number];

/** No token is good. */
export const noTokens: TokenVerifier = { issuers: [], clockSkewSeconds: 0, maxLifetimeSeconds: undefined, cache: false, scopeClaims: [] };

const absentVerifier = ({ name, locations, asksAgent, takesTokens }: ManifestSecurity): Verifier => ({
  security: name,
  tokens: takesTokens ? noTokens : undefined,
  keys: undefined,
  agent: asksAgent ? { kind: "basic", users: { kind: "Secret", name: "", key: undefined } } : undefined,
  trust: undefined,
  locations,
  blockedClients: [],
  where: wholeFile(name),
});
