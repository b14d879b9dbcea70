import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { servicesIn } from "../workloads/gateway-content.ts";

/** The objects that Portico made, by the uid of whom they belong to. */
export interface Owned {
  of(uid: string): readonly StoredObject[];
  /** Whether an object of this kind is there, and not of that owner. */
  find(kind: string, namespace: string, name: string): StoredObject | undefined;
  /** Whether a gateway is mounted so that it sends requests to this host. */
  isAsked(host: string): boolean;
}

/** The same, kept up to date. */
export interface OwnedIndex extends Owned {
  changed(kind: string, key: string, now: StoredObject | undefined): void;
}

export function ownedIndex(): OwnedIndex {
  const byKey = new Map<string, StoredObject>();
  const byOwner = new Map<string, Set<string>>();
  const ownerOf = (object: StoredObject): string => object.metadata.owners[0]?.uid ?? "";
  return {
    of: (uid) => [...(byOwner.get(uid) ?? [])].flatMap((key) => byKey.get(key) ?? []),
    isAsked: (host) => [...byKey.values()].some(({ metadata }) => servicesIn(metadata.annotations).includes(host)),
    find: (kind, namespace, name) => byKey.get(`${kind} ${namespace}/${name}`),
    changed: (kind, key, now) => {
      const full = `${kind} ${key}`;
      const before = byKey.get(full);
      if (before !== undefined) {
        const owner = ownerOf(before);
        const keys = byOwner.get(owner);
        keys?.delete(full);
        if (keys?.size === 0) byOwner.delete(owner);
        byKey.delete(full);
      }
      if (now === undefined) return;
      byKey.set(full, now);
      const owner = ownerOf(now);
      byOwner.set(owner, (byOwner.get(owner) ?? new Set()).add(full));
    },
  };
}
