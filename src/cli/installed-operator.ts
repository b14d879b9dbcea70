import { Command } from "commander";
import { z } from "zod";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { operatorName } from "../workloads/operator-object.ts";
import { addRun, type InstallationOptions, type OperatorRunOptions } from "./operator-options.ts";

/** An operator that is in a cluster. */
export interface InstalledOperator {
  /** How it was installed. */
  readonly options: InstallationOptions;
  /** What registries are trusted by, beside the usual authorities (PEM). */
  readonly authorities: string | undefined;
  /** How many of its pods are ready. */
  readonly ready: number;
}

const deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().default(1),
    template: z.looseObject({
      spec: z.looseObject({ containers: z.tuple([z.looseObject({ image: z.string(), args: z.array(z.string()) })], z.unknown()) }),
    }),
  }),
  status: z.looseObject({ readyReplicas: z.number().default(0) }).prefault({}),
});

const configMap = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });

/** Reads how an operator was installed from its Deployment. Fails with NoOperator where there is none. */
export async function installedOperator(transport: Transport, namespace: string): Promise<Checked<InstalledOperator>> {
  const store = objectStore(transport);
  const [found, map] = await Promise.all([
    store.read(resources.deployments, namespace, operatorName),
    store.read(resources.configMaps, namespace, operatorName),
  ]);
  if (!found.ok) return found;
  if (!map.ok) return map;
  const parsed = deployment.safeParse(found.value?.value);
  if (!parsed.success)
    return failed(
      error(
        "NoOperator",
        wholeFile(namespace),
        "There is no operator in this namespace. Install one with `portico operator install`, or name its --namespace.",
      ),
    );
  const { spec, status } = parsed.data;
  const [{ image, args }] = spec.template.spec.containers;
  const { toolkit: _, ...options } = addRun(new Command()).exitOverride().parse(args.slice(2), { from: "user" }).opts<OperatorRunOptions>();
  const authorities = map.value === undefined ? undefined : configMap.parse(map.value.value).data["ca.crt"];
  return checked({ options: { ...options, image, replicas: spec.replicas }, authorities, ready: status.readyReplicas }, []);
}
