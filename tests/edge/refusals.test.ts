import assert from "node:assert/strict";
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
      "/near": { ...guarded(), "x-portico": { addresses: { deny: ["127.0.0.0/8"] } } },
      "/nothing": guarded({ nothing: [] }),
    };
    const securitySchemes = { nothing: { type: "http", scheme: "bearer" } };
    const info = { title: "Pets", version: "1.0.0" };
    const document = { openapi: "3.1.0", info, servers: [{ url: backend.url }], components: { securitySchemes }, paths };
    const jwt = { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] };
    const introspectionUrl = `http://127.0.0.1:${await freePort()}`;
    const resources = [
      portico("Security", "user", { type: "jwt", jwt, blockedClients: ["mallory"] }),
      portico("Security", "opaque", { type: "oauth2", oauth2: { introspectionUrl, client: { name: "client" } } }),
      secret("client", { username: "a", password: "b" }),
    ].join("\n---\n");
    const files = { "pets.json": JSON.stringify(document), "resources.yaml": resources };
    gateway = await servePortico(scope, files, "--resources", "resources.yaml");
  });

  const rows: readonly (readonly [path: string, headers: Readonly<Record<string, string>>, status: number, refusal: string | null])[] = [
    ["/open", {}, 200, null],
    ["/token", bearer(issuer.token({ claims: { scope: "read" } })), 200, null],
    ["/token", {}, 401, "no-credential"],
    ["/token", bearer("of-nobody"), 401, "bad-credential"],
    ["/token", bearer(issuer.token()), 403, "not-allowed"],
    ["/token", bearer(issuer.token({ claims: { scope: "read", client_id: "mallory" } })), 403, "blocked"],
    ["/opaque", bearer("opaque"), 503, "unchecked"],
    ["/near", {}, 403, "address"],
    ["/nothing", {}, 401, "nothing-checks"],
    ["/none", {}, 404, null],
  ];

  it("is in the access log and counted, by its kind; the answer does not say it, nor can a backend", async () => {
    for (const [path, headers, status, refusal] of rows) {
      const answer = await send(gateway.port, { send: `GET ${path}`, headers });
      assert.deepEqual([answer.status, answer.headers["portico-refusal"]], [status, undefined], `${path} ${refusal}`);
      assert.equal((await accessLine(gateway, answer.headers["x-request-id"])).refusal, refusal, path);
    }
    const metrics = (await send(gateway.monitoringPort, { send: "GET /metrics" })).body;
    const counted = [...metrics.matchAll(/^envoy_portico_refusals\{(.*)\} (\d+)$/gm)].map(([, labels, count]) => `${labels} ${count}`);
    const expected = rows.flatMap(([path, , , refusal]) =>
      refusal === null ? [] : [`portico_api="pets",portico_operation="GET ${path}",reason="${refusal}" 1`],
    );
    assert.deepEqual(counted.toSorted(), expected.toSorted());
  });
});
