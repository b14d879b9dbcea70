import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";
import { guarded, keySecurity, security } from "./protected-gateway.ts";

const yaml = (...objects: readonly object[]): string => objects.map((one) => JSON.stringify(one)).join("\n---\n");
const locations = { locations: [{ header: "x-api-key" }] };
const keys = (...clients: readonly string[]): readonly object[] =>
  keySecurity("key", Object.fromEntries(clients.map((client) => [client, `key-of-${client}`])), locations);
const documentOf = (title: string, paths: object): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title, version: "1" },
    components: {
      securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Api-Key" }, staff: { type: "http", scheme: "bearer" } },
    },
    paths,
  });
const guardedByKey = documentOf("Keyed", { "/keyed": guarded({ key: [] }) });
const introspected = (timeout: string): object =>
  security("staff", { type: "oauth2", oauth2: { introspectionUrl: "http://issuer.test/", client: { name: "client" }, timeout } });

describe("what is revoked beside something that is wrong", { concurrency: 2, timeout: 60_000 }, () => {
  it("is gone, though both are in one file", async (t) => {
    const both = documentOf("Both", { "/keyed": guarded({ key: [] }), "/staff": guarded({ staff: [] }) });
    const files = { "both.json": both, "all.yaml": yaml(introspected("1s"), ...keys("alice", "mallory")) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "all.yaml");
    const status = async (client: string) =>
      (await send(gateway.port, { send: "GET /keyed", headers: { "x-api-key": `key-of-${client}` } })).status;
    assert.deepEqual([await status("alice"), await status("mallory")], [200, 200]);
    await gateway.write("all.yaml", yaml(introspected("20s"), ...keys("alice")));
    await gateway.says(/all\.yaml:1:\d+.*error WrongValue/);
    await until("mallory is out", async () => (await status("mallory")) === 401);
    assert.equal(await status("alice"), 200);
    const stray = { apiVersion: "portico.dev/v1alpha1", kind: "API", metadata: { name: "pets" }, spec: { image: "r.test/pets:1" } };
    await gateway.write("all.yaml", yaml(stray, introspected("20s"), ...keys("bob")));
    await until("alice is out", async () => (await status("alice")) === 401);
    assert.equal(await status("bob"), 200);
  });

  it("is a document's openness, though another document is wrong", async (t) => {
    const open = (more: readonly object[]) => documentOf("Open", { "/open": guarded(...more) });
    const files = { "keyed.json": guardedByKey, "open.json": open([]), "key.yaml": yaml(...keys("alice")) };
    const gateway = await servePortico(t, files, "open.json", "--mock", "--watch", "--resources", "key.yaml");
    const status = async (path: string) => (await send(gateway.port, { send: `GET ${path}` })).status;
    assert.deepEqual([await status("/open"), await status("/keyed")], [200, 401]);
    await gateway.write("keyed.json", guardedByKey.replace('"security":[', '"security":[null,'));
    await gateway.says(/keyed\.json.*error/);
    await gateway.write("open.json", open([{ key: [] }]));
    await until("it is open no longer", async () => (await status("/open")) === 401);
    assert.equal(await status("/keyed"), 401);
  });

  it("is a Secret whose file is removed", async (t) => {
    const [checks = {}, values = {}] = keys("alice");
    const files = { "keyed.json": guardedByKey, "key.yaml": yaml(checks), "secret.yaml": yaml(values) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "key.yaml", "--resources", "secret.yaml");
    const status = async () => (await send(gateway.port, { send: "GET /keyed", headers: { "x-api-key": "key-of-alice" } })).status;
    assert.equal(await status(), 200);
    await rm(join(gateway.folder, "secret.yaml"));
    await gateway.says(/secret\.yaml.*error FileUnreadable/);
    await until("the key is gone", async () => (await status()) === 401);
  });
});
