import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { validateConfiguration } from "../../src/apply/envoy/validate.ts";
import { startMockBackend } from "../../src/apply/mock-backend.ts";
import { makeRunFolder, writeAtomically } from "../../src/apply/run-folder.ts";
import { mockSources } from "../../src/resolve/mock-source.ts";
import { type Backend, type Certificate, startBackend } from "../../testing/backend.ts";
import { echo } from "../../testing/echo.ts";
import { must, testEnvoy, withEnvoy } from "../../testing/envoy.ts";
import { freePort } from "../../testing/free-port.ts";
import { caseValues, compileCase, type GoldenCase, goldenCases, type GoldenRequest, resolveCase } from "../../testing/golden-case.ts";
import { type Answer, send } from "../../testing/raw-request.ts";

const compiled = goldenCases().filter((golden) => resolveCase(golden).ok);

/** A certificate for localhost and the authority that made it, for tests alone. */
const certificates = fileURLToPath(new URL("../fixtures/certificates/", import.meta.url));
const tls = (): Certificate => ({ cert: readFileSync(`${certificates}localhost.pem`), key: readFileSync(`${certificates}localhost.key`) });

/** A backend's host. One that stands for a second is written in another way: `127.1` is the same address. */
const hostOf = ({ url }: Backend, port: string | undefined): string =>
  port === ":8082" ? new URL(url).host.replace("127.0.0.1", "127.1") : new URL(url).host;

/** Serves a case with a real Envoy; `backend.test` in its text stands for a real backend, one with TLS after `https://`. */
async function serveCase(t: TestContext, golden: GoldenCase): Promise<{ readonly port: number; readonly backend: Backend }> {
  const backend = await startBackend(t, echo, golden.input.includes("https://backend.test") ? tls() : undefined);
  const input = golden.input.replaceAll(/backend\.test(:\d+)?/g, (_, port) => hostOf(backend, port));
  const apis = must(resolveCase({ input, settings: golden.settings }));
  const [port, monitoring] = [await freePort(), await freePort()];
  const envoy = await withEnvoy(t, compileCase(apis, golden.settings, { port, monitoring, values: caseValues(golden), trustedRoots: `${certificates}authority.pem` }));
  const mocks = must(await startMockBackend(mockSources(apis), `${envoy.folder}/run/mocks.sock`));
  t.after(mocks.close);
  // Neither a field that is going away nor one that is work in progress.
  assert.deepEqual(envoy.log, []);
  return { port, backend };
}

function compareHeaders(expected: Readonly<Record<string, string | null>>, got: Readonly<Record<string, unknown>>, what: string): void {
  for (const [name, value] of Object.entries(expected)) assert.equal(got[name] ?? null, value, `${what}: ${name}`);
}

function compare({ send: what, expect }: GoldenRequest, answer: Answer, backend: Backend): void {
  assert.equal(answer.status, expect.status, `${what}: ${answer.body}`);
  compareHeaders(expect.headers, answer.headers, what);
  if (expect.body !== undefined) assert.ok(answer.body.includes(expect.body), `${what}: ${answer.body}`);
  if (expect.backend === undefined) return;
  const received = backend.received.at(-1);
  assert.equal(received?.path, expect.backend.path, what);
  compareHeaders(expect.backend.headers, received?.headers ?? {}, `${what} at the backend`);
}

describe("what a golden case compiles to passes Envoy's own validation", { concurrency: 2 }, () => {
  for (const golden of compiled) {
    it(golden.name, async (t) => {
      const folder = must(await makeRunFolder(process.env));
      t.after(folder.remove);
      const files = compileCase(must(resolveCase(golden)), golden.settings, { port: 8080, monitoring: 8081, values: caseValues(golden) });
      for (const [path, text] of files) await writeAtomically(join(folder.path, path), text);
      must(await validateConfiguration(await testEnvoy(), folder.path));
    });
  }
});

describe("a golden case serves as its requests say, through real Envoy", { concurrency: 2 }, () => {
  for (const golden of compiled) {
    it(golden.name, async (t) => {
      const { port, backend } = await serveCase(t, golden);
      for (const request of golden.settings.requests) compare(request, await send(port, request), backend);
    });
  }

  it("every case lets a request in and refuses one", () => {
    for (const { name, settings } of compiled) {
      const statuses = settings.requests.map(({ expect }) => expect.status);
      assert.ok(statuses.some((status) => status < 400) && statuses.some((status) => status >= 400), name);
    }
  });
});
