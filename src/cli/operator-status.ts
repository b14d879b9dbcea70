import { setTimeout as wait } from "node:timers/promises";
import { resources } from "../apply/kubernetes/kinds.ts";
import { type ObjectStore, objectStore } from "../apply/kubernetes/objects.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { deadlineMs, type Lead, leadOf } from "../controller/lease.ts";
import { type Checked, checked, failed } from "../problem.ts";
import { operatorName } from "../workloads/operator-object.ts";
import { failure } from "./failure.ts";
import { inCluster } from "./in-cluster.ts";
import { installedOperator } from "./installed-operator.ts";
import { layOut } from "./lay-out.ts";
import type { InstallationOptions, OperatorStatusOptions } from "./operator-options.ts";
import { paintFor } from "./paint.ts";
import { printable, printableJson } from "./printable.ts";
import { summaryOf } from "./stored-api.ts";

/** How an operator is. */
interface OperatorSummary extends Pick<InstallationOptions, "namespace" | "image" | "base" | "registry" | "builder" | "replicas"> {
  /** Whether one of its pods leads, and still says so. */
  readonly works: boolean;
  readonly ready: number;
  readonly leader: string;
  /** When it said last that it leads, by its own clock. */
  readonly renewed: string;
  readonly apis: number;
  /** How many of those serve what they say. */
  readonly serving: number;
}

/** Writes how the operator of the cluster is on stdout; the exit code: 0 where one leads. */
export const showOperator = (options: OperatorStatusOptions): Promise<number> =>
  inCluster(options, async ({ transport }) => {
    const found = await summary(transport, options.namespace);
    if (!found.ok) return failure(found.problems);
    process.stdout.write(options.json ? printableJson(found.value) : textOf(found.value));
    return found.value.works ? 0 : 1;
  });

async function summary(transport: Transport, namespace: string): Promise<Checked<OperatorSummary>> {
  const store = objectStore(transport);
  const installed = await installedOperator(transport, namespace);
  if (!installed.ok) return installed;
  const [lead, apis] = await Promise.all([leadIn(store, namespace), store.list(resources.apis, undefined, {})]);
  if (!lead.ok || !apis.ok) return failed(...lead.problems, ...apis.problems);
  const { ready, options } = installed.value;
  const { image, base, registry, builder, replicas } = options;
  const { holder: leader, renewed, isKept } = lead.value;
  const serving = apis.value.map(summaryOf).filter((api) => api.ready).length;
  const counts = { replicas, ready, leader, renewed, apis: apis.value.length, serving };
  return checked({ namespace, works: ready > 0 && isKept, image, base, registry, builder, ...counts }, []);
}

/** How often a lease is looked at that seems to have run out (milliseconds). */
const lookMs = 1_000;

/**
 * Who leads, and whether he still says so. Clocks differ: where by ours the lease's time is over, or has not come, it is looked at until it changes, for as long as one who
 * leads may be silent.
 */
async function leadIn(store: ObjectStore, namespace: string): Promise<Checked<Lead & { readonly isKept: boolean }>> {
  const began = performance.now();
  for (let first: string | undefined; ; await wait(lookMs)) {
    const lease = await store.read(resources.leases, namespace, operatorName);
    if (!lease.ok) return lease;
    const lead = leadOf(lease.value);
    const version = lease.value?.metadata.resourceVersion ?? "";
    first ??= version;
    const isFresh = version !== first || Math.abs(Date.now() - Date.parse(lead.renewed)) <= lead.durationMs;
    if (lead.holder === "" || isFresh) return checked({ ...lead, isKept: lead.holder !== "" }, []);
    if (performance.now() - began > deadlineMs) return checked({ ...lead, isKept: false }, []);
  }
}

function textOf({ namespace, works, ...facts }: OperatorSummary): string {
  const { ready, leader, renewed } = facts;
  const silent = ready > 0 && leader !== "" ? `: ${printable(leader)} has not said since ${printable(renewed)} that it leads` : "";
  const title = `${namespace}: ${works ? "the operator works" : `the operator does not work${silent}`}.`;
  const rows = Object.entries(facts).map(([name, value]) => [`  ${name}`, printable(String(value))]);
  return `${paintFor(process.stdout)(works ? "strong" : "error", title)}\n${layOut(rows, 0)}\n`;
}
