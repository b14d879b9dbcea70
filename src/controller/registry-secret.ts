import type { Collection } from "../apply/kubernetes/collection.ts";
import { type Credentials, configFor } from "../image/registry/credentials.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { KubernetesObject, OwnerReference } from "../workloads/object.ts";
import { type PullSecretContent, pullSecret } from "../workloads/pull-secret.ts";
import type { OperatorSettings } from "./settings.ts";
import { usedSecret } from "./used.ts";

/** The Secret that opens the registry: pods elsewhere get copies of it. */
export interface RegistrySecret {
  /** What those use who have a copy; none where the registry is open. */
  readonly used: readonly string[];
  /** The copy for an object's pods; undefined where the registry is open. Fails where the Secret is not there, or holds nothing for the registry. */
  copyFor(namespace: string, owner: OwnerReference): Promise<Checked<KubernetesObject | undefined>>;
}

export function registrySecret(
  { namespace, pullSecret: name, registry }: OperatorSettings,
  secrets: Collection,
  credentials: Credentials,
): RegistrySecret {
  if (name === undefined) return { used: [], copyFor: () => Promise.resolve(checked(undefined, [])) };
  let last: PullSecretContent | undefined;
  const where = wholeFile(`Secret/${name}`);
  const content = async (): Promise<Checked<PullSecretContent>> => {
    const stored = secrets.objects.get(`${namespace}/${name}`);
    if (stored === undefined)
      return failed(
        error(
          "RegistryDenied",
          where,
          `The registry's Secret is not in ${namespace}. Make it with \`kubectl create secret docker-registry\`.`,
        ),
      );
    const version = `${stored.metadata.uid}/${stored.metadata.resourceVersion}`;
    if (last?.version === version) return checked(last, []);
    const config = await configFor(credentials, [registry.registry]);
    if (config === undefined)
      return failed(
        error("RegistryDenied", where, `The registry's Secret has no credential for ${registry.registry}. Make it anew for that host.`),
      );
    last = { version, config };
    return checked(last, []);
  };
  return {
    used: [usedSecret(`${namespace}/${name}`)],
    copyFor: async (to, owner) => {
      const found = await content();
      return found.ok ? checked(pullSecret(to, owner, found.value), []) : found;
    },
  };
}
