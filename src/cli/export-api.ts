import { dump } from "js-yaml";
import { openClient } from "../apply/kubernetes/client.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import { openTransport } from "../apply/kubernetes/transport.ts";
import { error, wholeFile } from "../problem.ts";
import type { ExportOptions } from "./export.ts";
import { exportedApi } from "./exported-api.ts";
import { failure } from "./failure.ts";

/** Prints an API of the cluster as another environment applies it; the exit code. */
export async function exportApi(name: string, options: ExportOptions): Promise<number> {
  const client = openClient(options);
  if (!client.ok) return failure(client.problems);
  const transport = openTransport(client.value.config);
  const store = objectStore(transport);
  const namespace = options.namespace ?? client.value.namespace;
  const [api, endpoints] = await Promise.all([
    store.read(resources.apis, namespace, name),
    store.list(resources.targetEndpoints, namespace, {}),
  ]);
  transport.close();
  if (!api.ok || !endpoints.ok) return failure([...api.problems, ...endpoints.problems]);
  if (api.value === undefined)
    return failure([
      error("UnknownApi", wholeFile(`API/${name}`), `There is no API of this name in ${namespace}. Name the namespace that has it.`),
    ]);
  const exported = exportedApi(api.value, endpoints.value);
  if (!exported.ok) return failure(exported.problems);
  process.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: exported.value }, undefined, 2)}\n`
      : exported.value.map((one) => dump(one, { lineWidth: -1, noRefs: true })).join("---\n"),
  );
  return 0;
}
