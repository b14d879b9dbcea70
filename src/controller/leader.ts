import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { watchCollection } from "../apply/kubernetes/collection.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { errorCode } from "../error-code.ts";
import { operatorName as name } from "../workloads/operator-object.ts";
import type { Log } from "./log.ts";

/** The one operator that works, of several that run (Kubernetes: "Leases"). */
export interface Leadership {
  /** Resolves once this one leads; never, if the signal comes before. */
  readonly won: Promise<void>;
  /** Resolves when it has not been able to say for too long that it leads: somebody else may, soon. */
  readonly lost: Promise<void>;
  /** Whether it leads for sure, at this moment. Asked right before each write: a process that was stopped for a while finds out here. */
  holds(): boolean;
  /** Gives the lead away, so that who waits need not wait for its end. */
  release(): Promise<void>;
}

interface LeaderOptions {
  readonly transport: Transport;
  readonly store: ObjectStore;
  readonly namespace: string;
  /** A name that no other operator has: the pod's. */
  readonly identity: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How long nobody else takes the lead after it was last said, how long one counts on it oneself, and how often it is said (milliseconds). */
const leaseMs = 15_000;
const deadlineMs = 10_000;
const periodMs = 3_000;

const leaseSpec = z.looseObject({ spec: z.looseObject({ holderIdentity: z.string().default("") }).prefault({}) });

const holderOf = (lease: StoredObject): string => leaseSpec.parse(lease.value).spec.holderIdentity;

/**
 * Takes the lead when nobody has it, or when who has it has not said so for the lease's time, measured by this machine's monotonic clock from
 * the last change that was seen: clocks of others are not believed. From then on it says so again and again.
 */
export function seekLeadership({ transport, store, namespace, identity, log, signal }: LeaderOptions): Leadership {
  let lease: StoredObject | undefined;
  let seenAt = performance.now();
  let heldFrom: number | undefined;
  let changed = new AbortController();
  const observed = (now: StoredObject | undefined): void => {
    lease = now;
    seenAt = performance.now();
    changed.abort();
    changed = new AbortController();
  };
  const failed = (thrown: unknown): void => log("warning", "The cluster does not answer a watch of the lease.", { why: errorCode(thrown) });
  const selection = { resource: resources.leases, namespace, fieldSelector: `metadata.name=${name}` };
  const { filled } = watchCollection(transport, selection, { changed: (_, now) => observed(now), failed }, signal);

  /** Writes oneself into the lease that was seen last; whether that succeeded: of two who try, one does. */
  const take = async (holder = identity): Promise<boolean> => {
    const at = performance.now();
    const time = new Date().toISOString().replace("Z", "000Z");
    const spec = { holderIdentity: holder, leaseDurationSeconds: leaseMs / 1000, renewTime: time };
    const head = { apiVersion: resources.leases.apiVersion, kind: resources.leases.kind };
    const written =
      lease === undefined
        ? await store.create({ ...head, metadata: { name, namespace }, spec: { ...spec, acquireTime: time } })
        : await store.replace({ ...head, metadata: { name, namespace, resourceVersion: lease.metadata.resourceVersion }, spec });
    if (!written.ok) return false;
    observed(written.value);
    heldFrom = holder === identity ? at : undefined;
    return true;
  };
  const holds = (): boolean => heldFrom !== undefined && performance.now() - heldFrom < deadlineMs;

  const win = async (): Promise<void> => {
    await filled;
    while (!signal.aborted) {
      const holder = lease === undefined ? "" : holderOf(lease);
      const restMs = seenAt + leaseMs - performance.now();
      if ((holder === "" || holder === identity || restMs <= 0) && (await take())) return;
      // Until it changes, or its time is over.
      await pause(Math.max(restMs, periodMs), AbortSignal.any([signal, changed.signal]));
    }
    await new Promise(() => {});
  };
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await pause(periodMs, signal);
      if (!signal.aborted) await take();
      if (!holds()) return;
    }
    await new Promise(() => {});
  };
  const won = win();
  return {
    won,
    lost: won.then(keep),
    holds,
    release: async () => {
      if (holds()) await take("");
    },
  };
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> => wait(milliseconds, undefined, { signal }).catch(() => {});
