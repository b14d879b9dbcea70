import { dump } from "js-yaml";
import { z } from "zod";
import { applyManifests } from "../apply/kubernetes/apply-manifest.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { parseReference } from "../image/reference.ts";
import { type Checked, checked, error, type Problem, wholeFile } from "../problem.ts";
import { operatorName } from "../workloads/operator-object.ts";
import { failure } from "./failure.ts";
import { inCluster, type OpenCluster } from "./in-cluster.ts";
import { installedOperator } from "./installed-operator.ts";
import { operatorManifests } from "./operator-manifests.ts";
import type { InstallationOptions, OperatorInstallOptions, OperatorUpgradeOptions } from "./operator-options.ts";
import { readAuthority } from "./registries.ts";

/** Installs an operator in the cluster that kubectl uses, or prints what that would apply; the exit code. */
export async function installOperator(options: OperatorInstallOptions): Promise<number> {
  const authorities = await authoritiesOf(options.registryCa);
  if (!authorities.ok) return failure(authorities.problems);
  const wrong = wrongNames(options);
  if (wrong.length > 0) return failure(wrong);
  if (options.output === "yaml") {
    const manifests = operatorManifests(options, authorities.value);
    process.stdout.write(manifests.map((one) => `---\n${dump(one, { lineWidth: -1, noRefs: true })}`).join(""));
    return 0;
  }
  return inCluster(options, (cluster) => apply(cluster, options, authorities.value));
}

/** Installs an operator anew, as it is but for what is said; the exit code. */
export async function upgradeOperator(options: OperatorUpgradeOptions): Promise<number> {
  const authorities = await authoritiesOf(options.registryCa);
  if (!authorities.ok) return failure(authorities.problems);
  return inCluster(options, async (cluster) => {
    const installed = await installedOperator(cluster.transport, options.namespace);
    if (!installed.ok) return failure(installed.problems);
    const wrong = wrongNames({ ...installed.value.options, ...options });
    if (wrong.length > 0) return failure(wrong);
    return apply(cluster, { ...installed.value.options, ...options }, authorities.value ?? installed.value.authorities);
  });
}

/** What is wrong with the names of images and of the registry: an operator that was given them would not start. */
const wrongNames = ({ registry, image, base, executor }: InstallationOptions): readonly Problem[] =>
  [`${registry.replace(/\/+$/, "")}/x`, image, base, executor].flatMap((name) => parseReference(name).problems);

async function apply({ transport }: OpenCluster, options: InstallationOptions, authorities: string | undefined): Promise<number> {
  const other = await otherInstallation(transport, options.namespace);
  if (other !== undefined) return failure([other]);
  const applied = await applyManifests(transport, operatorManifests(options, authorities));
  if (!applied.ok) return failure(applied.problems);
  process.stderr.write(`The operator is installed in ${options.namespace}. \`portico operator status\` says whether it works.\n`);
  return 0;
}

const authoritiesOf = async (file: string | undefined): Promise<Checked<string | undefined>> =>
  file === undefined ? checked(undefined, []) : readAuthority(file);

const binding = z.looseObject({ subjects: z.array(z.looseObject({ namespace: z.string().default("") })).default([]) });

/** An operator has its rights in all namespaces, and works in all: there is one in a cluster. */
async function otherInstallation(transport: Transport, namespace: string): Promise<Problem | undefined> {
  const path = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${operatorName}`;
  const found = await transport.json({ method: "GET", path }).catch(() => undefined);
  const there = binding.safeParse(found).data?.subjects[0]?.namespace;
  if (there === undefined || there === namespace) return undefined;
  // What is left of one that is gone is taken over.
  if (!(await installedOperator(transport, there)).ok) return undefined;
  const advice = `Change that one with \`portico operator upgrade --namespace ${there}\`, or uninstall it first.`;
  return error("NameTaken", wholeFile(there), `There is an operator in this namespace already, and a cluster has one. ${advice}`);
}
