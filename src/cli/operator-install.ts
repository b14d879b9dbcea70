import { dump } from "js-yaml";
import { customResourceDefinition } from "../api/crd.ts";
import { kindNames } from "../api/kinds.ts";
import { applyManifests } from "../apply/kubernetes/apply-manifest.ts";
import { type Checked, checked } from "../problem.ts";
import { operatorObjects } from "../workloads/operator.ts";
import { failure } from "./failure.ts";
import { inCluster } from "./in-cluster.ts";
import type { OperatorInstallOptions } from "./operator.ts";
import { readAuthority } from "./registries.ts";

/** Installs an operator in the cluster that kubectl uses, or prints what that would apply; the exit code. */
export async function installOperator(options: OperatorInstallOptions): Promise<number> {
  const manifests = await manifestsOf(options);
  if (!manifests.ok) return failure(manifests.problems);
  if (options.output === "yaml") {
    process.stdout.write(manifests.value.map((one) => `---\n${dump(one, { lineWidth: -1, noRefs: true })}`).join(""));
    return 0;
  }
  return inCluster(options, async ({ transport }) => {
    const applied = await applyManifests(transport, manifests.value);
    if (!applied.ok) return failure(applied.problems);
    process.stderr.write(
      `The operator is installed in ${options.namespace}. \`kubectl --namespace ${options.namespace} get pods\` shows it.\n`,
    );
    return 0;
  });
}

async function manifestsOf(options: OperatorInstallOptions): Promise<Checked<readonly Readonly<Record<string, unknown>>[]>> {
  const authorities = options.registryCa === undefined ? undefined : await readAuthority(options.registryCa);
  if (authorities?.ok === false) return authorities;
  const { namespace, image, registrySecret, replicas } = options;
  const buildNamespace = options.buildNamespace ?? `${namespace}-builds`;
  const operator = operatorObjects({
    namespace,
    buildNamespace,
    image,
    replicas,
    args: argumentsOf(options, buildNamespace),
    pullSecret: registrySecret,
    authorities: authorities?.value,
  });
  return checked([...kindNames.map(customResourceDefinition), ...operator], []);
}

/** What the operator is told, in its turn. */
const argumentsOf = (options: OperatorInstallOptions, buildNamespace: string): readonly string[] => [
  ...["--namespace", options.namespace, "--build-namespace", buildNamespace],
  ...["--registry", options.registry, "--base", options.base, "--toolkit", options.image],
  ...["--executor", options.executor, "--builder", options.builder],
  ...(options.registrySecret === undefined ? [] : ["--registry-secret", options.registrySecret]),
  ...(options.plainHttp ? ["--plain-http"] : []),
];
