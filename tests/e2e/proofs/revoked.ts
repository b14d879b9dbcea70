import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { tokenIssuer } from "../../../testing/token-issuer.ts";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { statusFrom } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";

const document = {
  ...pets,
  components: {
    securitySchemes: {
      user: { type: "http", scheme: "bearer" },
      key: { type: "apiKey", in: "header", name: "X-Api-Key" },
      staff: { type: "http", scheme: "basic" },
    },
  },
  paths: {
    "/pets": { get: { security: [{ user: [] }], responses: {} } },
    "/pets/{id}": { get: { security: [{ key: [] }], responses: {} } },
    "/staff": { get: { security: [{ staff: [] }], responses: {} } },
  },
};

const user = (issuer: string): object =>
  objectOf("Security", "user", { type: "jwt", jwt: { issuers: [{ issuer, jwks: { configMap: { name: "issuer" } } }] } });
const key = objectOf("Security", "key", { type: "apiKey", apiKey: { keys: { name: "clients" } } });
const staff = objectOf("Security", "staff", { type: "basic", basic: { users: { name: "users" } } });
const kept = (kind: "ConfigMap" | "Secret", name: string, entries: Readonly<Record<string, string>>): object => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  [kind === "Secret" ? "stringData" : "data"]: entries,
});
/** `htpasswd -bns alice a`. */
const users = kept("Secret", "users", { htpasswd: "alice:{SHA}hvfkN/qlp/zhXR3cuerq6jd2Z7g=" });
const clients = (...names: readonly string[]): object =>
  kept("Secret", "clients", Object.fromEntries(names.map((name) => [name, `key-of-${name}`])));

/** What is taken away is no good at once, whatever else is wrong; what is not taken away serves on, and so does what comes back. */
export async function revokedAtOnce(t: TestContext): Promise<void> {
  const issuer = tokenIssuer("https://one.test");
  const namespace = await makeNamespace(t);
  const ask = (path: string, header: string, value: string): Promise<number> =>
    statusFrom(namespace, "store-backend", `http://revoked-gateway.${namespace.name}${path}`, { [header]: value });
  const byToken = (): Promise<number> => ask("/pets", "authorization", `Bearer ${issuer.token()}`);
  const byKey = (name: string) => (): Promise<number> => ask("/pets/7", "x-api-key", `key-of-${name}`);
  const byPassword = (): Promise<number> => ask("/staff", "authorization", `Basic ${Buffer.from("alice:a").toString("base64")}`);
  const all = (): Promise<readonly number[]> => Promise.all([byToken(), byKey("alice")(), byPassword()]);
  const becomes = (what: string, asked: () => Promise<number>, status: number): Promise<true> =>
    until(what, async () => (await asked()) === status, 60_000);
  const says = (reason: string): Promise<true> => {
    const field = '.status.conditions[?(@.type=="ResolvedRefs")].reason';
    return until(`it says ${reason}`, async () => (await namespace.field("api/revoked", field)) === reason, 60_000);
  };
  const image = (): Promise<string> => namespace.field("api/revoked", ".status.image");

  await namespace.apply(configMap("pets", document), store, user(issuer.issuer), key, staff, users, clients("alice", "mallory"));
  await namespace.apply(kept("ConfigMap", "issuer", { "keys.json": issuer.jwks }), apiOf("revoked"));
  await namespace.condition("api/revoked", "Ready", 120);
  assert.deepEqual([await all(), await byKey("mallory")()], [[200, 200, 200], 200]);
  const before = await image();

  await namespace.apply(kept("ConfigMap", "issuer", { "keys.json": "no JSON" }));
  await says("MissingValue");
  const began = performance.now();
  await namespace.apply(clients("alice"));
  // Applied as it is, an entry that is left out stays where it is.
  await namespace.kubectl("patch", "secret", "clients", "--type=json", '--patch=[{"op":"remove","path":"/data/mallory"}]');
  await becomes("mallory's key is revoked, while another value is wrong", byKey("mallory"), 401);
  t.diagnostic(`from a key's end to the first refusal: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  assert.deepEqual(await all(), [200, 200, 200], "the keys of the issuer count as they did");
  await namespace.apply(kept("ConfigMap", "issuer", { "keys.json": issuer.jwks }));
  await says("Resolved");

  await namespace.kubectl("delete", "secret", "clients", "users");
  await becomes("no key is good", byKey("alice"), 401);
  await becomes("no password is good", byPassword, 401);
  await says("MissingValue");
  assert.equal(await byToken(), 200);
  await namespace.apply(clients("alice"), users);
  await becomes("the key is good again", byKey("alice"), 200);
  await becomes("and the password", byPassword, 200);
  await says("Resolved");

  await namespace.kubectl("delete", "security", "user", "staff");
  await says("MissingSecurity");
  await becomes("no token is good", byToken, 401);
  await becomes("no password is good", byPassword, 401);
  assert.equal(await byKey("alice")(), 200);
  await namespace.apply(user(issuer.issuer), staff);
  await becomes("tokens are good again", byToken, 200);
  await becomes("and passwords", byPassword, 200);
  await says("Resolved");
  assert.deepEqual([await all(), await image()], [[200, 200, 200], before]);

  const standsAt = (type: string, reason: string): Promise<true> => {
    const field = `.status.conditions[?(@.type=="${type}")].reason`;
    return until(`${type} says ${reason}`, async () => (await namespace.field("api/revoked", field)) === reason, 60_000);
  };
  const replaced = async (one: string, by: string): Promise<void> => {
    await namespace.apply(clients(by));
    await namespace.kubectl("patch", "secret", "clients", "--type=json", `--patch=[{"op":"remove","path":"/data/${one}"}]`);
  };
  await namespace.apply(configMap("pets", { ...document, paths: { "/pets": { get: null } } }));
  await standsAt("Accepted", "WrongType");
  await replaced("alice", "bob");
  await becomes("a key is revoked while the document is wrong", byKey("alice"), 401);
  assert.deepEqual([await byToken(), await byKey("bob")(), await byPassword()], [200, 200, 200]);

  const paths = { ...document.paths, "/more": { get: { security: [{ key: [] }], responses: {} } } };
  await namespace.apply(configMap("pets", { ...document, paths }));
  await standsAt("ImageReady", "TagConflict");
  await replaced("bob", "carol");
  await becomes("a key is revoked while the version stands for another document", byKey("bob"), 401);
  assert.deepEqual([await byToken(), await byKey("carol")(), await byPassword(), await image()], [200, 200, 200, before]);

  const judging = {
    issuers: [{ issuer: issuer.issuer, jwks: { configMap: { name: "issuer" } } }],
    claims: [{ claim: "tier", equals: "gold" }],
  };
  await namespace.apply(objectOf("Security", "user", { type: "jwt", jwt: judging, blockedClients: ["mallory"] }));
  await replaced("carol", "dave");
  await becomes("a key is revoked while another Security judges otherwise than the image", byKey("carol"), 401);
  const tokenOf = (client: string): Promise<number> => ask("/pets", "authorization", `Bearer ${issuer.token({ claims: { azp: client } })}`);
  await becomes("its blocked clients are those of now", () => tokenOf("mallory"), 403);
  assert.deepEqual([await tokenOf("alice"), await byKey("dave")(), await byPassword(), await image()], [200, 200, 200, before]);
}
