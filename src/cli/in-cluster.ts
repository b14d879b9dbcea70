import { type Client, openClient } from "../apply/kubernetes/client.ts";
import { openTransport, type Transport } from "../apply/kubernetes/transport.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { failure } from "./failure.ts";

/** A cluster, and the namespace that is meant in it. */
export interface OpenCluster {
  readonly client: Client;
  readonly transport: Transport;
  readonly namespace: string;
}

/** Does something with the cluster that is meant; the exit code: 1, with what is wrong on stderr, where there is none. */
export async function inCluster(options: ClusterOptions, act: (cluster: OpenCluster) => Promise<number>): Promise<number> {
  const client = openClient(options);
  if (!client.ok) return failure(client.problems);
  const transport = openTransport(client.value.config);
  try {
    return await act({ client: client.value, transport, namespace: options.namespace ?? client.value.namespace });
  } finally {
    transport.close();
  }
}
