import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { until } from "../../testing/until.ts";
import { guarded, keySecurity, security, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();
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

  it("is gone, though what is wrong is that a document does not fit another Security any longer", async (t) => {
    const wso2 = JSON.stringify({
      ...JSON.parse(documentOf("Wso2", { "/pets": guarded() })),
      "x-wso2-basePath": "/v1",
      paths: { "/pets": { get: { responses: {} } } },
    });
    const issuerOf = (name: string) => tokenSecurity(name, { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] });
    const files = {
      "wso2.json": wso2,
      "keyed.json": guardedByKey,
      "users.yaml": yaml(issuerOf("users")),
      "key.yaml": yaml(...keys("alice", "mallory")),
    };
    const resources = ["users.yaml", "key.yaml"].flatMap((name) => ["--resources", name]);
    const gateway = await servePortico(t, files, "keyed.json", "--mock", "--watch", ...resources);
    const byKey = async (client: string) =>
      (await send(gateway.port, { send: "GET /keyed", headers: { "x-api-key": `key-of-${client}` } })).status;
    const byToken = async () =>
      (await send(gateway.port, { send: "GET /v1/pets", headers: { authorization: `Bearer ${issuer.token()}` } })).status;
    assert.deepEqual([await byKey("mallory"), await byToken()], [200, 200]);
    await gateway.write("users.yaml", yaml(issuerOf("users"), issuerOf("others")));
    await gateway.says(/error BadSecurity/);
    await gateway.write("key.yaml", yaml(...keys("alice")));
    await until("mallory is out", async () => (await byKey("mallory")) === 401);
    assert.deepEqual([await byKey("alice"), await byToken()], [200, 200]);
  });

  it("is gone, and of two objects of one name the one that was there before counts", async (t) => {
    const other = tokenIssuer("https://staging.test");
    const user = (one: typeof issuer) => tokenSecurity("user", { issuers: [{ issuer: one.issuer, jwks: { inline: one.jwks } }] });
    const document = documentOf("Users", { "/user": guarded({ user: [] }), "/keyed": guarded({ key: [] }) });
    const files = { "users.json": document, "checks/user.yaml": yaml(user(issuer)), "checks/key.yaml": yaml(...keys("alice", "mallory")) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "checks");
    const byToken = async (one: typeof issuer) =>
      (await send(gateway.port, { send: "GET /user", headers: { authorization: `Bearer ${one.token()}` } })).status;
    const byKey = async (client: string) =>
      (await send(gateway.port, { send: "GET /keyed", headers: { "x-api-key": `key-of-${client}` } })).status;
    assert.equal(await byToken(issuer), 200);
    await gateway.write("checks/a-user.yaml", yaml(user(other)));
    await gateway.says(/error DuplicateResource/);
    await gateway.write("checks/key.yaml", yaml(...keys("alice")));
    await until("mallory is out", async () => (await byKey("mallory")) === 401);
    assert.deepEqual([await byToken(issuer), await byToken(other), await byKey("alice")], [200, 401, 200]);
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
