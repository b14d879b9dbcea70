import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { tokenIssuer } from "../../../testing/token-issuer.ts";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { echoObjects, rolledOut, statusFrom } from "../harness/echo.ts";
import { portico } from "../harness/gateway.ts";
import { loadFrom } from "../harness/load.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { testFolder } from "../harness/test-folder.ts";

/** Whoever lists the pets needs a token with a scope, whoever wants one of them a key. */
const document = {
  ...pets,
  components: {
    securitySchemes: {
      user: { type: "http", scheme: "bearer" },
      key: { type: "apiKey", in: "header", name: "X-Api-Key" },
      badge: { type: "apiKey", in: "header", name: "X-Badge" },
    },
  },
  paths: {
    "/pets": { get: { security: [{ user: ["read"] }], responses: {} } },
    "/pets/{id}": { get: { security: [{ key: [] }], responses: {} } },
    "/badge": { get: { security: [{ badge: [] }], responses: {} } },
  },
};

const userOf = (issuer: string): object =>
  objectOf("Security", "user", { type: "jwt", jwt: { issuers: [{ issuer, jwks: { secret: { name: "issuer" } } }] } });
const badgeOf = (issuer: string): object =>
  objectOf("Security", "badge", { type: "apiKey", apiKey: { signed: { issuers: [{ issuer, jwks: { secret: { name: "issuer" } } }] } } });
const issuerKeys = (jwks: string): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "issuer" },
  stringData: { "jwks.json": jwks },
});
const key = objectOf("Security", "key", { type: "apiKey", apiKey: { keys: { name: "clients" }, locations: [{ header: "x-api-key" }] } });
const clients = (keys: Readonly<Record<string, string>>): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "clients" },
  stringData: keys,
});

const reason = (namespace: Namespace): Promise<string> =>
  namespace.field("api/guarded", '.status.conditions[?(@.type=="ResolvedRefs")].reason');

/** Securities, and what they check with, come after the API, change, and are others where the same image serves elsewhere. */
export async function protectedByTokensAndKeys(t: TestContext): Promise<void> {
  const [one, other] = [tokenIssuer("https://one.test"), tokenIssuer("https://other.test")];
  const [here, elsewhere] = [await makeNamespace(t), await makeNamespace(t)];
  const status = (namespace: Namespace, path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    statusFrom(here, "store-backend", `http://guarded-gateway.${namespace.name}${path}`, headers);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const reader = { claims: { scope: "read" } };

  await here.apply(configMap("pets", document), store, apiOf("guarded"));
  await until("it misses the Securities", async () => (await reason(here)) === "MissingSecurity", 30_000);
  // One that nobody uses, and that this version cannot check, is nobody's trouble.
  const unused = objectOf("Security", "unused", { type: "basic", basic: { users: { name: "users" } } });
  await here.apply(userOf(one.issuer), badgeOf(one.issuer), key, unused);
  await until("it misses what they check with", async () => (await reason(here)) === "MissingValue", 30_000);
  const steady = "key-that-stays";
  await here.apply(issuerKeys(one.jwks), clients({ alice: "key-of-alice", steady }), ...echoObjects("client"));
  await here.condition("api/guarded", "Ready", 120);
  await rolledOut(here, "client");

  assert.equal(await status(here, "/pets"), 401);
  assert.equal(await status(here, "/pets", bearer(one.token())), 403);
  assert.equal(await status(here, "/pets", bearer(one.token(reader))), 200);
  assert.equal(await status(here, "/pets/7", { "x-api-key": "key-of-alice" }), 200);
  assert.equal(await status(here, "/pets/7", { "x-api-key": "nobody's" }), 401);
  assert.equal(await status(here, "/badge", { "x-badge": one.token() }), 200);
  assert.equal(await status(here, "/badge", { "x-badge": other.token() }), 401);

  const pods = (): Promise<string> => here.kubectl("get", "pods", "--selector=app.kubernetes.io/name=portico-gateway", "--output=name");
  const [before, image] = [await pods(), await here.field("api/guarded", ".status.image")];
  const load = await loadFrom(t, here, "client", "http://guarded-gateway/pets/7", { "x-api-key": steady });
  const began = performance.now();
  await here.apply(clients({ alice: "another-key-of-alice", steady }));
  await until("the new key is good", async () => (await status(here, "/pets/7", { "x-api-key": "another-key-of-alice" })) === 200, 30_000);
  t.diagnostic(`from the Secret's change to the first request by the new key: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  assert.equal(await status(here, "/pets/7", { "x-api-key": "key-of-alice" }), 401);
  assert.deepEqual([await pods(), await here.field("api/guarded", ".status.image")], [before, image]);

  const renewed = tokenIssuer(one.issuer, "ES256", "renewed");
  await here.apply(issuerKeys(renewed.jwks));
  await until("tokens by the new key are good", async () => (await status(here, "/pets", bearer(renewed.token(reader)))) === 200, 30_000);
  assert.equal(await status(here, "/pets", bearer(one.token(reader))), 401);
  assert.equal(await status(here, "/badge", { "x-badge": renewed.token() }), 200);
  assert.equal(await status(here, "/badge", { "x-badge": one.token() }), 401);
  await load.more(50);
  assert.deepEqual((await load.stop()).failures.slice(0, 5), [], "who has a key that stays is answered while others change");
  assert.deepEqual([await pods(), await here.field("api/guarded", ".status.image")], [before, image]);

  const backend = objectOf("TargetEndpoint", "store", { url: `http://store-backend.${here.name}:8080` });
  await elsewhere.apply(backend, objectOf("API", "guarded", { image }));
  await until("it misses what the image needs", async () => (await reason(elsewhere)) === "MissingSecurity", 30_000);
  await elsewhere.apply(userOf(other.issuer), badgeOf(other.issuer), key, issuerKeys(other.jwks), clients({ bob: "key-of-bob" }));
  await elsewhere.condition("api/guarded", "Ready", 60);
  assert.equal(await status(elsewhere, "/pets", bearer(other.token(reader))), 200);
  assert.equal(await status(elsewhere, "/pets", bearer(one.token(reader))), 401);
  assert.equal(await status(elsewhere, "/badge", { "x-badge": other.token() }), 200);
  assert.equal(await status(elsewhere, "/pets/7", { "x-api-key": "key-of-bob" }), 200);
  assert.equal(await status(elsewhere, "/pets/7", { "x-api-key": "another-key-of-alice" }), 401);

  // A document that says nothing of security is open, unless its API says otherwise.
  await here.apply(apiOf("silent", { definition: [{ inline: JSON.stringify(pets) }], security: [{ name: "key" }] }));
  await here.condition("api/silent", "Ready", 60);
  const silent = (headers: Readonly<Record<string, string>>): Promise<number> =>
    statusFrom(here, "store-backend", "http://silent-gateway/pets/7", headers);
  assert.deepEqual([await silent({}), await silent({ "x-api-key": "another-key-of-alice" })], [401, 200]);

  const inTurn = { definition: [{ inline: JSON.stringify(pets) }], security: [{ name: "key" }], addresses: { deny: ["0.0.0.0/0"] } };
  const silentPods = (): Promise<string> => here.kubectl("get", "pods", "--selector=app.kubernetes.io/instance=silent", "--output=name");
  const [good, serving] = [{ "x-api-key": "another-key-of-alice" }, await silentPods()];
  await here.apply(apiOf("silent", inTurn));
  await until("nobody's address is let in", async () => (await silent(good)) === 403, 30_000);
  await here.apply(apiOf("silent", { ...inTurn, addresses: { allow: ["0.0.0.0/0"] } }));
  await until("everybody's is", async () => (await silent(good)) === 200, 30_000);
  assert.equal(await silentPods(), serving);

  const keyOf = async (...words: readonly string[]): Promise<string> =>
    (await portico("key", ...words, "--secret", "clients", "--namespace", here.name)).trim();
  const carol = await keyOf("create", "carol");
  await until("the key that was made is good", async () => (await status(here, "/pets/7", { "x-api-key": carol })) === 200, 30_000);
  assert.equal(await keyOf("list"), "alice\ncarol\nsteady");
  await keyOf("revoke", "carol");
  await until("what was revoked is good no longer", async () => (await status(here, "/pets/7", { "x-api-key": carol })) === 401, 30_000);

  // Who adds an API by the command meets the cluster's Securities, and who exports it takes them along.
  const file = join(await testFolder(t), "pets.json");
  await writeFile(file, JSON.stringify(document));
  await portico("add", "api", "added", `--from-file=${file}`, "--builder=layer", "--namespace", here.name);
  assert.match(await portico("export", "added", "--namespace", here.name), /kind: Security\nmetadata:\n +name: key\n/);

  const told = await here.kubectl("get", "apis,securities,events,deployments,configmaps", "--output=json");
  for (const secret of ["key-of-alice", "key-of-bob"]) assert.ok(!told.includes(secret), `${secret} is told`);
}
