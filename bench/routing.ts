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
): Promise<{ readonly share: number; readonly kilobytes: number }> {
  const model = modelOf(text, backend);
  const routed = await serveFiles((port, monitoring) => filesOf([model], port, monitoring));
  const plain = await serveFiles((port, monitoring) => withOneRoute(filesOf([model], port, monitoring)));
  const at = path(model);
  const figures = await interleaved(rounds, {
    routed: () => requestsPerSecond(`http://127.0.0.1:${routed.port}${at}`, seconds),
    plain: () => requestsPerSecond(`http://127.0.0.1:${plain.port}${at}`, seconds),
  });
  await Promise.all([routed.stop(), plain.stop()]);
  const size = filesOf([model], 1, 2).get("image/routes.json")?.length ?? 0;
  return { share: ratio(figures, "routed", "plain"), kilobytes: size / 1024 };
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
      const { share, kilobytes } = await measure(shape.document(count), () => shape.lastPath(count), backend.port);
      rows.push([shape.name, count, share.toFixed(2), kilobytes.toFixed(0)]);
    }
  }
  const { share, kilobytes } = await measure(githubDocument(), lastGet, backend.port);
  rows.push(["GitHub's document", 1223, share.toFixed(2), kilobytes.toFixed(0)]);
  await backend.stop();
  return `### Routing: requests per second through the last operation over one route (median of ${rounds} rounds)\n\n${table(["shape", "operations", "ratio", "routes, KiB"], rows)}`;
}
