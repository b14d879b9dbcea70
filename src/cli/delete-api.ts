import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { failure } from "./failure.ts";
import { inCluster } from "./in-cluster.ts";
import { storedApi } from "./stored-api.ts";

/** Deletes an API of the cluster, which then removes what was made for it; the exit code. */
export const deleteApi = (name: string, options: ClusterOptions): Promise<number> =>
  inCluster(options, async ({ transport, namespace }) => {
    const store = objectStore(transport);
    const api = await storedApi(store, namespace, name);
    if (!api.ok) return failure(api.problems);
    const removed = await store.remove(resources.apis, namespace, name, api.value.metadata.uid);
    if (!removed.ok) return failure(removed.problems);
    process.stderr.write(`The API ${namespace}/${name} is deleted. Its gateway ends when its clients have left, within a minute.\n`);
    return 0;
  });
