import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const withSecurity = (name: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    paths: { "/pets": { get: { security: [{ [name]: [] }] } }, "/open": { get: { security: [] } } },
  });

const resources = [
  { kind: "Security", metadata: { name: "staff" }, spec: { type: "basic", basic: { users: { name: "staff" } } } },
  {
    kind: "Security",
    metadata: { name: "key" },
    spec: { type: "apiKey", apiKey: { keys: { name: "keys" }, locations: [{ header: "x-key" }] } },
  },
]
  .map((one) => JSON.stringify({ apiVersion: "portico.dev/v1alpha1", ...one }))
  .concat(
    JSON.stringify({
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "staff" } },
      stringData: { htpasswd: `alice:{SHA}${createHash("sha1").update("secret-of-alice").digest("base64")}` },
    }),
    JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: { bob: "key-of-bob" } }),
  )
  .join("\n---\n");

/** The policy agents that work on this machine, by their command lines. */
const agents = (): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return line.includes("/agent.") && line.includes("agent.sock") ? [pid] : [];
      } catch {
        return [];
      }
    });

const parentOf = (pid: string): number => Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

describe("`portico run` and the policy agent", { timeout: 120_000 }, () => {
  it("starts it when a policy needs it, ends it when none does any longer, and leaves none", async (t) => {
    const files = { "pets.json": withSecurity("key"), "resources.yaml": resources };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "resources.yaml");
    const own = (): number => agents().filter((pid) => parentOf(pid) === gateway.pid).length;
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await send(gateway.port, { send: "GET /pets", headers })).status;
    const alice = { authorization: `Basic ${Buffer.from("alice:secret-of-alice").toString("base64")}` };
    assert.equal(await status({ "x-key": "key-of-bob" }), 200);
    assert.equal(own(), 0);
    await gateway.write("pets.json", withSecurity("staff"));
    await until("the password is good", async () => (await status(alice)) === 200);
    assert.equal(own(), 1);
    assert.equal(await status({ "x-key": "key-of-bob" }), 401);
    await gateway.write("pets.json", withSecurity("key"));
    await until("the key is good again", async () => (await status({ "x-key": "key-of-bob" })) === 200);
    await until("the agent has ended", () => own() === 0);
    assert.ok(!gateway.stderr.join("\n").includes("secret-of-alice"));
  });
});
