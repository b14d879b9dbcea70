import { BatchV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";

/** The cluster that kubectl would use, and what of its API is used. */
export interface Client {
  /** Where it is, for Problems. */
  readonly server: string;
  /** The namespace of kubectl's context. */
  readonly namespace: string;
  readonly objects: KubernetesObjectApi;
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;
  readonly config: KubeConfig;
}

/** Which cluster is meant, where it is not kubectl's own choice. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * Finds the cluster as kubectl does: $KUBECONFIG, ~/.kube/config, else the one that the program runs in (Kubernetes: "Organizing Cluster Access
 * Using kubeconfig Files"). Fails with NoCluster.
 */
export function openClient({ kubeconfig, context: chosen }: ClusterChoice = {}): Checked<Client> {
  const config = new KubeConfig();
  const where = wholeFile(kubeconfig ?? process.env.KUBECONFIG ?? "~/.kube/config");
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return failed(error("NoCluster", where, `The file is no kubeconfig (${why}). Mend it, or let KUBECONFIG name another.`));
  }
  if (chosen !== undefined && config.getContextObject(chosen) === null)
    return failed(
      error("NoCluster", where, `There is no context \`${chosen}\` in it. \`kubectl config get-contexts\` shows those that there are.`),
    );
  if (chosen !== undefined) config.setCurrentContext(chosen);
  const cluster = config.getCurrentCluster();
  // The client's stand-in where nothing names a cluster.
  if (cluster === null || cluster.server === "http://localhost:8080")
    return failed(error("NoCluster", where, "Nothing names a cluster. Let KUBECONFIG name a file that does, or set its current context."));
  const context = config.getContextObject(config.getCurrentContext());
  return checked(
    {
      server: cluster.server,
      namespace: context?.namespace ?? "default",
      objects: KubernetesObjectApi.makeApiClient(config),
      batch: config.makeApiClient(BatchV1Api),
      core: config.makeApiClient(CoreV1Api),
      config,
    },
    [],
  );
}
