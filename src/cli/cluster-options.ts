import type { Command } from "commander";

/** Which cluster, and which namespace in it. */
export interface ClusterOptions extends ClusterChoiceOptions {
  readonly namespace?: string;
}

export interface ClusterChoiceOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Adds the options with which kubectl says which cluster. */
export const addClusterChoice = (command: Command): Command =>
  command
    .option("--context <NAME>", "the context of the kubeconfig; else its current one")
    .option("--kubeconfig <FILE>", "the kubeconfig; else KUBECONFIG, or ~/.kube/config");

/** Adds the options with which kubectl says which namespace of which cluster. */
export const addClusterOptions = (command: Command): Command =>
  addClusterChoice(command.option("-n, --namespace <NAME>", "the namespace; else that of kubectl's context"));
