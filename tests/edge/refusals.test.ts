import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { startBackend } from "../../testing/backend.ts";
import { freePort } from "../../testing/free-port.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";

const issuer = tokenIssuer();
const guarded = (...security: readonly object[]) => ({ get: { security, responses: {} } });
const portico = (kind: string, name: string, spec: object) =>
  JSON.stringify({ apiVersion: "portico.dev/v1alpha1", kind, metadata: { name }, spec });
const secret = (name: string, stringData: object) => JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("why a request was not let in", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Served;
  before(async () => {
    const backend = await startBackend(scope, (_, response) => {
      response.setHeader("portico-refusal", "blocked");
      response.end("hello");
    });
    const paths = {
      "/open": guarded(),
      "/token": guarded({ user: ["read"] }),
      "/opaque": guarded({ opaque: [] }),
      "/staff": guarded({ staff: [] }),
      "/key": guarded({ key: [] }),
      "/both": guarded({ user: [], key: [] }),
      "/beside": guarded({ user: [], key: [] }, { unknown: [] }),
      "/many": guarded({ user: [] }, { staff: [] }),
      "/unknown": guarded({ unknown: [] }),
      "/near": { ...guarded(), "x-portico": { addresses: { deny: ["127.0.0.0/8"] } } },
      "/nothing": guarded({ nothing: [] }),
    };
    const securitySchemes = { nothing: { type: "http", scheme: "bearer" } };
    const info = { title: "Pets", version: "1.0.0" };
    const document = { openapi: "3.1.0", info, servers: [{ url: backend.url }], components: { securitySchemes }, paths };
    const jwt = { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] };
    const introspectionUrl = `http://127.0.0.1:${await freePort()}`;
    const { url: noTokens } = await startBackend(scope, (_, response) => response.end('{"active":false}'));
    const resources = [
      portico("Security", "user", { type: "jwt", jwt, blockedClients: ["mallory"] }),
      portico("Security", "opaque", { type: "oauth2", oauth2: { introspectionUrl, client: { name: "client" } } }),
      portico("Security", "unknown", { type: "oauth2", oauth2: { introspectionUrl: noTokens, client: { name: "client" } } }),
      portico("Security", "staff", { type: "basic", basic: { users: { name: "users" } } }),
      portico("Security", "key", {
        type: "apiKey",
        apiKey: { keys: { name: "keys" }, locations: [{ header: "x-key" }, { query: "key" }, { cookie: "key" }] },
      }),
      secret("client", { username: "a", password: "b" }),
      secret("users", { htpasswd: `alice:{SHA}${createHash("sha1").update("a").digest("base64")}` }),
      secret("keys", { dave: "key-of-dave" }),
    ].join("\n---\n");
    const files = { "pets.json": JSON.stringify(document), "resources.yaml": resources };
    gateway = await servePortico(scope, files, "--resources", "resources.yaml");
  });

  const good = issuer.token();
  const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`alice:${password}`).toString("base64")}` });
  type Row = readonly [path: string, headers: Readonly<Record<string, string>>, status: number, refusal: string | null, error?: string];
  const rows: readonly Row[] = [
    ["/open", {}, 200, null],
    ["/token", bearer(issuer.token({ claims: { scope: "read" } })), 200, null],
    ["/token", {}, 401, "no-credential"],
    ["/token", bearer("of-nobody"), 401, "bad-credential", "invalid_token"],
    ["/token", { authorization: "bearer of-nobody" }, 401, "bad-credential", "invalid_token"],
    ["/token", { authorization: "BEARER of-nobody" }, 401, "bad-credential", "invalid_token"],
    ["/token", { authorization: "Unbearer of-nobody" }, 401, "no-credential"],
    ["/token", bearer(issuer.token({ header: { alg: "RS512" } })), 401, "bad-credential", "invalid_token"],
    ["/token", bearer(issuer.token({ claims: { exp: 1 } })), 401, "expired", "invalid_token"],
    ["/token", basic("a"), 401, "no-credential"],
    ["/token", bearer(good), 403, "not-allowed", "insufficient_scope"],
    ["/token", bearer(issuer.token({ claims: { scope: "read", client_id: "mallory" } })), 403, "blocked"],
    ["/opaque", bearer("opaque"), 503, "unchecked"],
    ["/opaque", {}, 401, "no-credential"],
    ["/unknown", bearer("opaque"), 401, "bad-credential", "invalid_token"],
    ["/staff", {}, 401, "no-credential"],
    ["/staff", basic("b"), 401, "bad-credential"],
    ["/staff", { authorization: "basic eDp5" }, 401, "bad-credential"],
    ["/key", {}, 401, "no-credential"],
    ["/key", { "x-key": "wrong" }, 401, "bad-credential"],
    ["/key?key=wrong", {}, 401, "bad-credential"],
    ["/key", { cookie: "a=b; key=wrong" }, 401, "bad-credential"],
    ["/both", bearer(good), 401, "no-credential"],
    ["/both", { ...bearer("of-nobody"), "x-key": "key-of-dave" }, 401, "bad-credential", "invalid_token"],
    ["/both", { ...bearer(good), "x-key": "wrong" }, 401, "bad-credential"],
    // One header, where two Securities look: a token that one of them knows is none that is bad.
    ["/beside", bearer(good), 401, "no-credential"],
    ["/beside", bearer("of-nobody"), 401, "bad-credential", "invalid_token"],
    ["/beside", { ...bearer(good), "x-key": "wrong" }, 401, "bad-credential"],
    ["/many", basic("b"), 401, "bad-credential"],
    ["/many", bearer("of-nobody"), 401, "bad-credential", "invalid_token"],
    ["/many", basic("a"), 200, null],
    ["/near", {}, 403, "address"],
    ["/nothing", {}, 401, "nothing-checks"],
    ["/none", {}, 404, null],
  ];

  it("is in the access log and counted, by its kind; the answer does not say it, nor can a backend", async () => {
    for (const [path, headers, status, refusal, error] of rows) {
      const answer = await send(gateway.port, { send: `GET ${path}`, headers });
      assert.deepEqual([answer.status, answer.headers["portico-refusal"]], [status, undefined], `${path} ${refusal}`);
      const challenges = String(answer.headers["www-authenticate"] ?? "");
      assert.equal(/error="(\w+)"/.exec(challenges)?.[1], error, `${path} ${refusal}: ${challenges}`);
      assert.equal((await accessLine(gateway, answer.headers["x-request-id"])).refusal, refusal, path);
    }
    const metrics = (await send(gateway.monitoringPort, { send: "GET /metrics" })).body;
    const counted = [...metrics.matchAll(/^envoy_portico_refusals\{(.*)\} (\d+)$/gm)].map(([, labels, count]) => `${labels} ${count}`);
    const refused = rows.flatMap(([path, , , refusal]) =>
      refusal === null ? [] : [`portico_api="pets",portico_operation="GET ${path.replace(/\?.*/, "")}",reason="${refusal}"`],
    );
    const expected = [...Map.groupBy(refused, (labels) => labels)].map(([labels, { length }]) => `${labels} ${length}`);
    assert.deepEqual(counted.toSorted(), expected.toSorted());
  });
});
