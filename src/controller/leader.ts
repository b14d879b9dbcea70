import { setTimeout as wait } from "node:timers/promises";
import { inTime } from "../apply/in-time.ts";
import { watchCollection } from "../apply/kubernetes/collection.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { errorCode } from "../error-code.ts";
import { operatorName as name } from "../workloads/operator-object.ts";
import { deadlineMs, leadOf, leaseMs, periodMs } from "./lease.ts";
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

/**
 * Takes the lead when nobody has it, or when who has it has not said so for the lease's time, measured by this machine's monotonic clock from
 * the last change that was seen: clocks of others are not believed. From then on it says so again and again, and leads no more when that did not succeed for
 * too long, however long the cluster is silent, or when it sees that another one leads.
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
  /** How long one may still count on it (milliseconds). */
  const heldMs = (): number => (heldFrom === undefined ? 0 : Math.max(0, heldFrom + deadlineMs - performance.now()));
  const holds = (): boolean => heldMs() > 0;

  const win = async (): Promise<void> => {
    await filled;
    while (!signal.aborted) {
      const { holder, durationMs } = leadOf(lease);
      const restMs = seenAt + durationMs - performance.now();
      if ((holder === "" || holder === identity || restMs <= 0) && (await take())) return;
      // Until it changes, or its time is over.
      await pause(Math.max(restMs, periodMs), AbortSignal.any([signal, changed.signal]));
    }
    await new Promise(() => {});
  };
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await pause(Math.min(periodMs, heldMs()), signal);
      if (signal.aborted) break;
      if (!["", identity].includes(leadOf(lease).holder)) heldFrom = undefined;
      // A cluster that is silent is waited for no longer than one counts on the lead.
      if (holds()) await inTime(take(), heldMs(), () => false);
      if (!(holds() || signal.aborted)) return;
    }
    await new Promise(() => {});
  };
  const won = win();
  return {
    won,
    lost: won.then(keep),
    holds,
    release: async () => {
      if (holds()) await inTime(take(""), heldMs(), () => false);
    },
  };
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> => wait(milliseconds, undefined, { signal }).catch(() => {});
