import { join } from "node:path";
import type { Parts } from "./parts/parts.ts";
import { clusterFolder, kubeconfigOf, kubectlCacheOf, nodeAddress, registry, secureRegistry } from "./place.ts";

/** What a program in a cluster's network is told of the cluster, as tests read it (tests/e2e/harness/target.ts). */
export const testEnvironment = (cluster: string, { kubernetes, gatewayApi }: Parts) => ({
  KUBECONFIG: kubeconfigOf(cluster),
  KUBECACHEDIR: kubectlCacheOf(cluster),
  PORTICO_E2E_KUBECTL: `${kubernetes} kubectl`,
  PORTICO_E2E_GATEWAY_API: gatewayApi,
  PORTICO_E2E_REGISTRY: `${registry.name}:${registry.port}`,
  PORTICO_E2E_PUSH_REGISTRY: `${nodeAddress}:${registry.port}`,
  PORTICO_E2E_REGISTRY_PLAIN_HTTP: "true",
  PORTICO_E2E_SECURE_REGISTRY: JSON.stringify({
    registry: `${nodeAddress}:${secureRegistry.port}`,
    user: secureRegistry.user,
    password: secureRegistry.password,
    authority: join(clusterFolder(cluster), "pki/ca.crt"),
  }),
});
