import { dirname, join } from "node:path";
import { startMockBackend } from "../../../src/apply/mock-backend.ts";
import { envoy } from "../../../src/compile/envoy/engine.ts";
import { readDocument } from "../../../src/openapi/read.ts";
import { resolveGateway } from "../../../src/resolve/gateway.ts";
import { mockSources } from "../../../src/resolve/mock-source.ts";
import { readText } from "../../../src/source/read-text.ts";
import { parseOne } from "../../../src/text/parse.ts";
import { must, withEnvoy } from "../../../testing/envoy.ts";
import { scopeOfOnesOwn } from "../../../testing/scope.ts";
import { freeEnvironment } from "./gateway.ts";

// A program of its own, so that its heap can be bounded: serves the document that is named, every operation mocked, until its standard
// input ends. Says what it took, as one line of JSON, once it serves.

const [path = ""] = process.argv.slice(2);
const { scope, end } = scopeOfOnesOwn();
const seconds: Record<string, number> = {};

async function timed<T>(step: string, act: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await act();
  seconds[step] = Math.round(performance.now() - start) / 1000;
  return result;
}

const mockSocket = join(dirname(path), "mocks.sock");
const root = await timed("parse", async () => must(parseOne(path, must(await readText(path)))));
const document = await timed("read", () => must(readDocument({ root, files: new Map() })));
const apis = await timed("resolve", () =>
  must(resolveGateway({ documents: [document], resources: [], problems: [] }, { mock: true, credentials: "unprotected" })),
);
const mocks = must(await startMockBackend(mockSources(apis), mockSocket));
const environment = await freeEnvironment(mockSocket);
const gateway = await timed("compile", () =>
  envoy.compile(
    apis.map(({ model }) => model),
    environment,
  ),
);
await timed("envoy", () => withEnvoy(scope, gateway));
const routesBytes = Buffer.byteLength(gateway.get("image/routes.json") ?? "");
process.stdout.write(
  `${JSON.stringify({ port: environment.listener.port, seconds, routesBytes, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`,
);

process.stdin.resume().once("end", async () => {
  await end();
  await mocks.close();
});
