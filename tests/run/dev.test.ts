import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runPortico, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";

const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  components: {
    securitySchemes: {
      Petstore_Auth: { type: "oauth2", flows: {} },
      ApiKey: { type: "apiKey", in: "header", name: "X-Api-Key" },
      inQuery: { type: "apiKey", in: "query", name: "key" },
      inCookie: { type: "apiKey", in: "cookie", name: "key" },
      password: { type: "http", scheme: "basic" },
    },
  },
  paths: {
    "/scoped": { get: { security: [{ Petstore_Auth: ["read", "write"] }] } },
    "/key": { get: { security: [{ ApiKey: [] }] } },
    "/query": { get: { security: [{ inQuery: [] }] } },
    "/both": { get: { security: [{ Petstore_Auth: [], inCookie: [] }] } },
    "/password": { get: { security: [{ password: [] }] } },
  },
});

/** What a line with curl asks, sent without needing curl. */
async function sent(line: string): Promise<readonly [path: string, status: number]> {
  const headers = [...line.matchAll(/-H '([^:]+): ([^']*)'/g)].map(([, name = "", value = ""]) => [name, value] as const);
  const url = new URL(/'(http[^']+)'$/.exec(line)?.[1] ?? assert.fail(line));
  const answer = await send(Number(url.port), { send: `GET ${url.pathname}${url.search}`, headers: Object.fromEntries(headers) });
  return [url.pathname, answer.status];
}

describe("`portico run --dev`", { timeout: 120_000 }, () => {
  it("prints a request that is let in for each kind of credential, and believes what `portico token` prints", async (t) => {
    const folder = await temporaryFolder(t);
    const gateway = await servePortico(t, { "pets.json": document }, "--mock", "--dev");
    const lines = gateway.stderr.filter((line) => line.startsWith("  curl"));
    const answers = await Promise.all(lines.map(sent));
    assert.deepEqual(
      answers.toSorted(),
      ["/both", "/key", "/password", "/query", "/scoped"].map((path) => [path, 200] as const),
    );
    const status = async (path: string, headers = {}): Promise<number> =>
      (await send(gateway.port, { send: `GET ${path}`, headers })).status;
    for (const path of ["/scoped", "/key", "/query", "/both", "/password"]) assert.equal(await status(path), 401, path);
    const token = async (...args: readonly string[]): Promise<object> => {
      const ended = await runPortico(t, ["token", ...args], folder);
      return { authorization: `Bearer ${ended.stdout}` };
    };
    assert.equal(await status("/scoped", await token("--scope", "read", "--scope", "write")), 200);
    assert.equal(await status("/scoped", await token("--claim", 'scope=["read","write"]')), 200);
    assert.equal(await status("/scoped", await token("--scope", "read")), 403);
    assert.equal(await status("/scoped", await token("--claim", "exp=1000")), 401);
  });

  it("is for this machine alone, and for nothing that is built", async (t) => {
    const folder = await temporaryFolder(t);
    const gateway = await servePortico(t, { "pets.json": document }, "--mock", "--dev");
    const away = await runPortico(t, ["run", "pets.json", "--mock", "--dev", "--host", "0.0.0.0"], gateway.folder);
    assert.equal(away.exit, 1);
    assert.match(away.stderr, /NotLoopback/);
    for (const command of [["build", "--out", "gateway"], ["check"], ["image", "build", "--to", "registry.test/pets"]]) {
      const [verb = "", ...rest] = command;
      const refused = await runPortico(t, [verb, ...rest, "pets.json", "--dev"], folder);
      assert.equal(refused.exit, 2, command.join(" "));
    }
    const built = await runPortico(t, ["build", "pets.json", "--out", "gateway"], gateway.folder);
    assert.equal(built.exit, 1);
    assert.match(built.stderr, /MissingSecurity/);
  });
});
