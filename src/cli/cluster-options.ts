import type { Command } from "commander";

/** Which cluster, and which namespace in it. */
export interface ClusterOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Adds the options with which kubectl says the same. */
export const addClusterOptions = (command: Command): Command =>
  command
    .option("-n, --namespace <NAME>", "the namespace; else that of kubectl's context")
    .option("--context <NAME>", "the context of the kubeconfig; else its current one")
    .option("--kubeconfig <FILE>", "the kubeconfig; else KUBECONFIG, or ~/.kube/config");
