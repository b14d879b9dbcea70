import { setTimeout as wait } from "node:timers/promises";
import { ApiException } from "@kubernetes/client-node";
import { changesSince, listAll, type Selection } from "./list-and-watch.ts";
import { keyOf, type StoredObject } from "./stored-object.ts";
import type { Transport } from "./transport.ts";

/** The objects of a kind, as the cluster has them now: listed once, and then watched. */
export interface Collection {
  /** By `namespace/name`. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Resolves once all are there. */
  readonly filled: Promise<void>;
  /** Takes in what a write of one of them was answered with: the watch tells of it later. */
  takeIn(object: StoredObject): void;
}

/** Who is told of changes. */
export interface Observer {
  /** Called after each change, with the object's key. */
  readonly changed: (key: string, now: StoredObject | undefined, before: StoredObject | undefined) => void;
  /** Called when the cluster does not answer as it should, and it is asked again. */
  readonly failed: (thrown: unknown) => void;
}

/** Keeps the objects of a selection until the signal. A version that is too old to go on from is no failure: all are listed anew. */
export function watchCollection(transport: Transport, selection: Selection, observer: Observer, signal: AbortSignal): Collection {
  const objects = new Map<string, StoredObject>();
  const put = (object: StoredObject): void => {
    const key = keyOf(object);
    const before = objects.get(key);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    objects.set(key, object);
    observer.changed(key, object, before);
  };
  const drop = (key: string): void => {
    const before = objects.get(key);
    if (objects.delete(key)) observer.changed(key, undefined, before);
  };
  const list = async (): Promise<string> => {
    const all = await listAll(transport, selection);
    const found = new Set(all.objects.map(keyOf));
    for (const key of [...objects.keys()].filter((one) => !found.has(one))) drop(key);
    all.objects.forEach(put);
    return all.version;
  };
  /** Follows changes until the connection ends; `reached` hears how far. */
  const follow = async (from: string, reached: (version: string) => void): Promise<void> => {
    for await (const change of changesSince(transport, selection, from, signal)) {
      if (change.kind === "put" && !isOlder(change.object, objects.get(keyOf(change.object)))) put(change.object);
      if (change.kind === "gone") drop(keyOf(change.object));
      reached(change.version);
    }
  };
  const filled = new Promise<void>((resolve) => void keepFresh({ list, follow, observer, signal, filled: resolve }));
  const takeIn = (object: StoredObject): void => {
    const known = objects.get(keyOf(object));
    if (known?.metadata.uid === object.metadata.uid && !isOlder(object, known)) put(object);
  };
  return { objects, filled, takeIn };
}

/** Whether an object is as it was before another moment (Kubernetes API: "Resource versions" are numbers that grow). */
function isOlder({ metadata: { resourceVersion: one } }: StoredObject, than: StoredObject | undefined): boolean {
  const other = than?.metadata.resourceVersion ?? "";
  return /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) < BigInt(other);
}

interface Freshness {
  readonly list: () => Promise<string>;
  readonly follow: (from: string, reached: (version: string) => void) => Promise<void>;
  readonly filled: () => void;
  readonly observer: Observer;
  readonly signal: AbortSignal;
}

async function keepFresh({ list, follow, filled, observer, signal }: Freshness): Promise<void> {
  let version: string | undefined;
  let failures = 0;
  const reached = (to: string): void => {
    version = to;
    failures = 0;
  };
  while (!signal.aborted) {
    try {
      version ??= await list();
      filled();
      const began = performance.now();
      await follow(version, reached);
      // An answer ends after minutes; one that ends at once would be asked for without a pause.
      if (performance.now() - began < 1000) await wait(backoffMs(failures++), undefined, { signal });
    } catch (thrown) {
      if (signal.aborted) return;
      if (thrown instanceof ApiException && thrown.code === 410) version = undefined;
      else observer.failed(thrown);
      await wait(backoffMs(failures++), undefined, { signal }).catch(() => {});
    }
  }
}

/** From a fifth of a second to half a minute, never the same for two. */
const backoffMs = (failures: number): number => Math.min(30_000, 200 * 2 ** failures) * (0.5 + Math.random() / 2);
