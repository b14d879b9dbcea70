import type { Collection } from "../apply/kubernetes/collection.ts";
import { keyOf, type StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Issuers } from "../source/issuers.ts";
import { type Grant, grantsOf, isGranted } from "./grants.ts";
import { anyEndpoint, anyLimit, anySecurity } from "./used.ts";
import type { Collections } from "./world.ts";

/** What APIs may refer to, and how it is now. */
export interface Usable {
  /** The objects that APIs of a namespace may use: their own namespace's, and those of others that a ReferenceGrant lets them use. */
  endpoints(home: string): readonly StoredObject[];
  securities(home: string): readonly StoredObject[];
  limits(home: string): readonly StoredObject[];
  /** All that may become usable, or change, where something that is looked for is not there. */
  anywhere(home: string): readonly string[];
  /** A value that is another one once what is used has changed. */
  version(used: string): unknown;
}

export type UsableCollections = Pick<
  Collections,
  "configMaps" | "secrets" | "targetEndpoints" | "rateLimitings" | "securities" | "referenceGrants"
>;

export function usableObjects(collections: UsableCollections, issuers: Issuers): Usable {
  const { configMaps, secrets, targetEndpoints, rateLimitings, securities, referenceGrants } = collections;
  const grantsFor = (namespace: string): readonly Grant[] =>
    [...referenceGrants.objects.values()].flatMap((one) => grantsOf(one, namespace));
  const namespacesFor = (home: string): readonly string[] => [...new Set([home, ...grantsFor(home).map(({ namespace }) => namespace)])];
  const usable = (collection: Collection, kind: string, home: string): readonly StoredObject[] => {
    const grants = grantsFor(home);
    return [...collection.objects.values()].filter(
      ({ metadata }) => metadata.namespace === home || (grants.length > 0 && isGranted(grants, kind, metadata)),
    );
  };
  const ofKind: Readonly<Record<string, Collection>> = {
    TargetEndpoint: targetEndpoints,
    RateLimiting: rateLimitings,
    Security: securities,
  };
  return {
    endpoints: (home) => usable(targetEndpoints, "TargetEndpoint", home),
    securities: (home) => usable(securities, "Security", home),
    limits: (home) => usable(rateLimitings, "RateLimiting", home),
    anywhere: (home) => namespacesFor(home).flatMap((one) => [anyEndpoint(one), anySecurity(one), anyLimit(one)]),
    version: (used) => {
      const [kind = "", key = ""] = used.split(" ");
      if (kind === "Secret") return secrets.objects.get(key)?.metadata.resourceVersion;
      if (kind === "ConfigMap") return configMaps.objects.get(key)?.metadata.resourceVersion;
      if (kind === "Issuer") return issuers.version(key);
      if (kind === "ReferenceGrant")
        return [...referenceGrants.objects.values()].flatMap((one) =>
          grantsOf(one, key).length === 0 ? [] : [[keyOf(one), one.metadata.uid, one.metadata.generation]],
        );
      const objects = ofKind[kind]?.objects ?? new Map<string, StoredObject>();
      if (key.endsWith("/*")) {
        const namespace = key.slice(0, -2);
        return [...objects.values()].flatMap((one) => (one.metadata.namespace === namespace ? [[keyOf(one), versionOf(one)]] : []));
      }
      const object = objects.get(key);
      return object && versionOf(object);
    },
  };
}

/** Its status changes its resource version, and nothing that counts here. */
const versionOf = ({ metadata }: StoredObject): string => `${metadata.uid} ${metadata.generation}`;
