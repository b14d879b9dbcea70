import { discoveryFile } from "../src/compile/envoy/json.ts";
import { routeConfigurationName } from "../src/compile/envoy/names.ts";
import { operationRoutes } from "../src/compile/envoy/operation-route.ts";
import { pathEntries } from "../src/compile/envoy/path-entry.ts";
import { shape } from "../src/model/path.ts";
import { filesOf, modelOf, serveFiles } from "./gateway.ts";
import { requestsPerSecond } from "./load.ts";
import { backendFiles, withOneRoute } from "./plain.ts";
import { interleaved, ratio, table } from "./rounds.ts";
import { githubDocument, shapes } from "./shapes.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);

/** Requests through the last operation of a document over requests through the same Envoy with one route. */
async function measure(
  text: string,
  path: (model: ReturnType<typeof modelOf>) => string,
  backend: number,
): Promise<{ readonly share: number; readonly size: number }> {
  const model = modelOf(text, backend);
  const routed = await serveFiles((port, monitoring) => filesOf([model], port, monitoring));
  const plain = await serveFiles((port, monitoring) => withOneRoute(filesOf([model], port, monitoring), model));
  const at = path(model);
  const figures = await interleaved(rounds, {
    routed: () => requestsPerSecond(`http://127.0.0.1:${routed.port}${at}`, seconds),
    plain: () => requestsPerSecond(`http://127.0.0.1:${plain.port}${at}`, seconds),
  });
  await Promise.all([routed.stop(), plain.stop()]);
  return { share: ratio(figures, "routed", "plain"), size: sizeRatio(model) };
}

/** The compiled routes over a file with what the operations alone need: a route for each, without refusals, OPTIONS and the tree that finds them. */
function sizeRatio(model: ReturnType<typeof modelOf>): number {
  const settings = {
    directMocks: new Set<never>(),
    metricNames: new Map<never, string>(),
    limits: new Map<never, never>(),
    debug: false,
    refusing: () => {},
  };
  const alone = pathEntries([model]).flatMap((entry) =>
    entry.operations.flatMap((found) => operationRoutes(entry, found, [found.operation.method], settings)),
  );
  const host = { name: "*", domains: ["*"], routes: alone };
  const file = discoveryFile("envoy.config.route.v3.RouteConfiguration", [{ name: routeConfigurationName, virtual_hosts: [host] }]);
  return (filesOf([model], 1, 2).get("image/routes.json")?.length ?? 0) / file.length;
}

/** A request for the last operation with GET that a document has. */
function lastGet({ basePath, operations }: ReturnType<typeof modelOf>): string {
  const last = operations.findLast(({ method, path }) => method === "GET" && shape(path).includes("{}"));
  return (
    basePath + (last?.path ?? []).map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "x1")).join("")}`).join("")
  );
}

/** Requests per second through the last of N operations, as a share of the same Envoy's with one route. */
export async function benchRouting(): Promise<string> {
  const backend = await serveFiles(backendFiles);
  const rows: (readonly [string, number, string, string])[] = [];
  for (const shape of shapes) {
    for (const count of [1, 100, 1000, 5000]) {
      const { share, size } = await measure(shape.document(count), () => shape.lastPath(count), backend.port);
      rows.push([shape.name, count, share.toFixed(2), size.toFixed(1)]);
    }
  }
  const { share, size } = await measure(githubDocument(), lastGet, backend.port);
  rows.push(["GitHub's document", 1223, share.toFixed(2), size.toFixed(1)]);
  await backend.stop();
  return `### Routing: requests per second through the last operation over one route (median of ${rounds} rounds)\n\n${table(["shape", "operations", "ratio", "size over the operations' alone"], rows)}`;
}
