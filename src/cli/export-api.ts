import { dump } from "js-yaml";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import { everywhere } from "./everywhere.ts";
import type { ExportOptions } from "./export.ts";
import { exportedApi } from "./exported-api.ts";
import { failure } from "./failure.ts";
import { inCluster } from "./in-cluster.ts";
import { reportProblems } from "./report-problems.ts";
import { storedApi } from "./stored-api.ts";

/** Prints an API of the cluster as another environment applies it; the exit code. */
export const exportApi = (name: string, options: ExportOptions): Promise<number> =>
  inCluster(options, async ({ transport, namespace }) => {
    const store = objectStore(transport);
    const [api, endpoints, securities] = await Promise.all([
      storedApi(store, namespace, name),
      everywhere(store, resources.targetEndpoints, namespace),
      everywhere(store, resources.securities, namespace),
    ]);
    if (!api.ok || !endpoints.ok || !securities.ok) return failure([...api.problems, ...endpoints.problems, ...securities.problems]);
    const exported = exportedApi(api.value, endpoints.value, securities.value);
    if (!exported.ok) return failure(exported.problems);
    reportProblems(exported.problems, [], process.stderr);
    process.stdout.write(
      options.output === "json"
        ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: exported.value }, undefined, 2)}\n`
        : exported.value.map((one) => dump(one, { lineWidth: -1, noRefs: true })).join("---\n"),
    );
    return 0;
  });
