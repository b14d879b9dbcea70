import { qualifiedName } from "../api/qualified-name.ts";
import { targetEndpointStatus } from "../api/target-endpoint.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { everywhere } from "./everywhere.ts";
import { failure } from "./failure.ts";
import { inCluster } from "./in-cluster.ts";
import { layOut } from "./lay-out.ts";
import { type Paint, paintFor } from "./paint.ts";
import { printable, printableJson } from "./printable.ts";
import type { StatusOptions } from "./status.ts";
import { type ApiSummary, storedApi, summaryOf } from "./stored-api.ts";

/** A backend of an API, as its TargetEndpoint says it is. */
interface BackendSummary {
  readonly name: string;
  readonly ready: boolean;
  readonly reason: string;
  readonly address: string | undefined;
}

/** Writes how an API of the cluster stands on stdout; the exit code: 0 where it serves. */
export const showStatus = (name: string, options: StatusOptions): Promise<number> =>
  inCluster(options, async ({ transport, namespace }) => {
    const store = objectStore(transport);
    const [api, endpoints] = await Promise.all([
      storedApi(store, namespace, name),
      everywhere(store, resources.targetEndpoints, namespace),
    ]);
    if (!api.ok || !endpoints.ok) return failure([...api.problems, ...endpoints.problems]);
    const summary = summaryOf(api.value);
    const backends = summary.backends.map((backend) => backendOf(backend, endpoints.value, namespace));
    process.stdout.write(options.json ? printableJson({ ...summary, backends }) : textOf(summary, backends, paintFor(process.stdout)));
    return summary.ready ? 0 : 1;
  });

function backendOf(name: string, endpoints: readonly StoredObject[], home: string): BackendSummary {
  const found = endpoints.find(({ metadata }) => qualifiedName(metadata.name, metadata.namespace, home) === name);
  if (found === undefined) return { name, ready: false, reason: "UnknownBackend", address: undefined };
  const { conditions = [], address } = targetEndpointStatus.safeParse(found.value.status).data ?? {};
  const ready = conditions.find(({ type }) => type === "Ready");
  return { name, ready: ready?.status === "True", reason: ready?.reason ?? "", address };
}

function textOf(api: ApiSummary, backends: readonly BackendSummary[], paint: Paint): string {
  const { name, namespace, ready, reason, message, address, image, operations, conditions } = api;
  const facts = Object.entries({ address, image, operations }).flatMap(([fact, value]) =>
    value === undefined ? [] : [[fact, printable(String(value))]],
  );
  const steps = conditions.flatMap(({ type, status, message }) =>
    message.split("\n").map((line, index) => [...(index === 0 ? [mark(status), type] : ["", ""]), printable(line)]),
  );
  const parts = backends.map((backend) => [
    mark(backend.ready ? "True" : "False"),
    ...[backend.name, backend.reason, backend.address ?? ""].map(printable),
  ]);
  return [
    paint(
      ready ? "strong" : "error",
      `${namespace}/${name}: ${ready ? "it serves" : `it does not serve what it says${reason === "" ? "" : ` (${printable(reason)})`}`}.`,
    ),
    ...(conditions.length === 0 ? [printable(message)] : [indented(steps)]),
    ...(facts.length === 0 ? [] : ["", indented(facts)]),
    ...(parts.length === 0 ? [] : ["", "Its backends:", indented(parts)]),
    "",
  ].join("\n");
}

const mark = (status: string): string => ({ True: "✔", False: "✘" })[status] ?? "·";

const indented = (rows: readonly (readonly string[])[]): string => layOut(rows, 0).replaceAll(/^/gm, "  ");
