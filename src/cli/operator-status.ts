import { z } from "zod";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
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

const lease = z.looseObject({ spec: z.looseObject({ holderIdentity: z.string().default("") }).prefault({}) });

/** How an operator is. */
interface OperatorSummary extends Pick<InstallationOptions, "namespace" | "image" | "base" | "registry" | "builder" | "replicas"> {
  /** Whether one of its pods leads. */
  readonly works: boolean;
  readonly ready: number;
  readonly leader: string;
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
  const [installed, held, apis] = await Promise.all([
    installedOperator(transport, namespace),
    store.read(resources.leases, namespace, operatorName),
    store.list(resources.apis, undefined, {}),
  ]);
  if (!installed.ok) return installed;
  if (!held.ok || !apis.ok) return failed(...held.problems, ...apis.problems);
  const { ready, options } = installed.value;
  const { image, base, registry, builder, replicas } = options;
  const leader = held.value === undefined ? "" : lease.parse(held.value.value).spec.holderIdentity;
  const serving = apis.value.map(summaryOf).filter((api) => api.ready).length;
  const counts = { replicas, ready, leader, apis: apis.value.length, serving };
  return checked({ namespace, works: ready > 0 && leader !== "", image, base, registry, builder, ...counts }, []);
}

function textOf({ namespace, works, ...facts }: OperatorSummary): string {
  const title = `${namespace}: ${works ? "the operator works" : "the operator does not work"}.`;
  const rows = Object.entries(facts).map(([name, value]) => [`  ${name}`, printable(String(value))]);
  return `${paintFor(process.stdout)(works ? "strong" : "error", title)}\n${layOut(rows, 0)}\n`;
}
