import { type Collection, watchCollection } from "../apply/kubernetes/collection.ts";
import { type ApiResource, madeKinds, resources } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { servicesIn } from "../workloads/gateway-content.ts";
import { managedSelector } from "../workloads/object.ts";
import { grantedNamespaces } from "./grants.ts";
import { type Owned, ownedIndex } from "./owned.ts";
import {
  anyEndpoint,
  anyLimit,
  anySecurity,
  usedConfigMap,
  usedEndpoint,
  usedGrants,
  usedLimit,
  usedSecret,
  usedSecurity,
} from "./used.ts";
import type { Collections } from "./world.ts";

/** What the operator sees of the cluster, kept up to date. */
interface Watches {
  readonly collections: Collections;
  /** What it made itself. */
  readonly owned: Owned;
  /** Resolves once all is there: who works before that would make what is there already. */
  readonly filled: Promise<unknown>;
}

/** Who hears of changes. */
interface Hearers {
  /** An object, such as `API shop/petstore`, is to be worked on. */
  readonly work: (object: string) => void;
  /** Something that others refer to is another now, or is gone. */
  readonly used: (used: string) => void;
  /** Something that the operator made is gone, by its uid. */
  readonly gone: (uid: string) => void;
  readonly failed: (thrown: unknown) => void;
}

/** Which kinds of the Gateway API the cluster knows. */
interface Served {
  readonly httpRoutes: boolean;
  readonly referenceGrants: boolean;
}

type Changed = (key: string, now: StoredObject | undefined, before: StoredObject | undefined) => void;

/** Watches what people write, and what the operator made of it. */
export function watchWorld(transport: Transport, served: Served, hearers: Hearers, signal: AbortSignal): Watches {
  const { work, used, failed } = hearers;
  const watch = (resource: ApiResource, changed: Changed, metadataOnly = false): Collection =>
    watchCollection(transport, { resource, metadataOnly }, { changed, failed }, signal);
  const written =
    (kind: string, also: (key: string) => void = () => {}): Changed =>
    (key, now, before) => {
      if (now !== undefined && before !== undefined && !saysMore(now, before)) return;
      work(`${kind} ${key}`);
      also(key);
    };
  const collections: Collections = {
    apis: watch(resources.apis, written("API")),
    targetEndpoints: watch(
      resources.targetEndpoints,
      written("TargetEndpoint", (key) => {
        const [namespace = "", name = ""] = key.split("/");
        used(usedEndpoint(namespace, name));
        used(anyEndpoint(namespace));
      }),
    ),
    rateLimitings: watch(
      resources.rateLimitings,
      written("RateLimiting", (key) => {
        const [namespace = "", name = ""] = key.split("/");
        used(usedLimit(namespace, name));
        used(anyLimit(namespace));
      }),
    ),
    securities: watch(
      resources.securities,
      written("Security", (key) => {
        const [namespace = "", name = ""] = key.split("/");
        used(usedSecurity(namespace, name));
        used(anySecurity(namespace));
      }),
    ),
    configMaps: watch(
      resources.configMaps,
      (key) => {
        const [namespace = "", name = ""] = key.split("/");
        used(usedConfigMap(namespace, name));
      },
      true,
    ),
    secrets: watch(resources.secrets, (key) => used(usedSecret(key)), true),
    referenceGrants: served.referenceGrants
      ? watch(resources.referenceGrants, (_, now, before) => {
          const namespaces = [now, before].flatMap((one) => (one === undefined ? [] : grantedNamespaces(one)));
          for (const namespace of new Set(namespaces)) used(usedGrants(namespace));
        })
      : { objects: new Map(), filled: Promise.resolve(), takeIn: () => {} },
  };
  const own = watchOwned(transport, served, hearers, signal);
  const all = [...Object.values(collections), ...own.collections];
  return { collections, owned: own.owned, filled: Promise.all(all.map((one) => one.filled)) };
}

/** Watches what the operator made: a change of it is work for whom it was made for. */
function watchOwned(transport: Transport, { httpRoutes }: Served, { work, gone, failed }: Hearers, signal: AbortSignal) {
  const owned = ownedIndex();
  const collections = madeKinds(httpRoutes).map((resource) => {
    const changed: Changed = (key, now, before) => {
      owned.changed(resource.kind, key, now);
      if (before !== undefined && before.metadata.uid !== now?.metadata.uid) gone(before.metadata.uid);
      for (const backend of leftBackends(owned, now, before)) work(backend);
      const [owner] = (now ?? before)?.metadata.owners ?? [];
      if (owner !== undefined) work(`${owner.kind} ${key.split("/")[0]}/${owner.name}`);
    };
    const selection = { resource, labelSelector: managedSelector, metadataOnly: resource === resources.secrets };
    return watchCollection(transport, selection, { changed, failed }, signal);
  });
  return { owned, collections };
}

/** Whether an object says something new, and not merely its status: that is our own word. */
function saysMore(now: StoredObject, before: StoredObject): boolean {
  const said = ({ metadata: { generation, annotations, labels, deleted, uid } }: StoredObject): string =>
    JSON.stringify([uid, generation, annotations, labels, deleted]);
  return said(now) !== said(before);
}

/** The TargetEndpoints whose backends a gateway sent requests to, and does no more: what was deployed for them may go now. */
function leftBackends(owned: Owned, now: StoredObject | undefined, before: StoredObject | undefined): readonly string[] {
  const still = servicesIn(now?.metadata.annotations);
  return servicesIn(before?.metadata.annotations)
    .filter((host) => !still.includes(host))
    .flatMap((host) => {
      const [name = "", namespace = ""] = host.split(".");
      const [owner] = owned.find("Service", namespace, name)?.metadata.owners ?? [];
      return owner === undefined ? [] : `${owner.kind} ${namespace}/${owner.name}`;
    });
}
