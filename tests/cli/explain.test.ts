import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import type { Scope } from "../../testing/scope.ts";
import { folderWith, portico } from "./portico.ts";

const pets = `openapi: 3.1.0
info: {title: Pets, version: "2"}
servers: [{url: "https://pets.example/v1"}]
security: [{token: [read]}]
x-portico:
  cors: {origins: ["https://app.example"], credentials: true}
paths:
  /pets/{id}:
    x-portico: {timeout: 3s}
    get:
      operationId: showPet
      security: []
      responses: {"200": {description: ok}}
    delete:
      operationId: deletePet
      responses: {"204": {description: gone}}
  /pets/mine:
    get:
      operationId: myPets
      security: []
      x-portico:
        backend: mine
        responseHeaders: {remove: [server], set: {x-a: "1"}, add: {x-b: "2"}}
      responses: {"200": {description: ok}}
  /pets/{id}/photo?size={size}:
    get:
      operationId: sizedPhoto
      security: []
      x-portico: {mock: true, webSocket: true}
      responses: {"200": {description: ok}}
  /pets/old:
    get: {operationId: oldPets, x-portico: {disabled: true}, responses: {"200": {description: ok}}}
  /pets/{id}/photo:
    get: {operationId: photo, security: [], responses: {"200": {description: ok}}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
`;
const shop = `swagger: "2.0"
info: {title: Shop, version: "1"}
host: shop.backend.example
x-portico: {hosts: [shop.example, "*.shop.example"]}
paths:
  /pets/mine: {get: {operationId: shopPets, responses: {200: {description: ok}}}}
`;
const mine = `apiVersion: portico.dev/v1alpha1
kind: TargetEndpoint
metadata: {name: mine}
spec:
  urls: [http://a:8080/own, http://b:8080/own]
  timeout: 1s
`;

const explain = async (scope: Scope, ...args: readonly string[]) => {
  const cwd = await folderWith(scope, { "openapi.yaml": pets, "shop.yaml": shop, "mine.yaml": mine });
  return portico(["explain", ...args, "--resources", "mine.yaml"], { cwd });
};

const explanation = z.strictObject({
  request: z.strictObject({ method: z.string(), host: z.string().optional(), path: z.string(), query: z.string() }),
  summary: z.string(),
  answer: z.looseObject({ by: z.string() }),
  facts: z.array(
    z.strictObject({
      name: z.string(),
      value: z.string(),
      place: z.strictObject({ source: z.string(), line: z.int(), column: z.int(), pointer: z.string() }).optional(),
    }),
  ),
});

const asJson = async (scope: Scope, ...args: readonly string[]) => {
  const { code, stdout } = await explain(scope, ...args, "--json");
  assert.equal(code, 0);
  return explanation.parse(JSON.parse(stdout));
};

describe("portico explain", { concurrency: 2 }, () => {
  it("says which operation answers, and where each thing that holds for it is said", async (t) => {
    const { code, stdout } = await explain(t, "get", "/v1/pets/mine?x=1");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `GET /v1/pets/mine?x=1 is answered by myPets.
  api               Pets 2
  operation         myPets                                          openapi.yaml:18:5
  path              /v1/pets/mine                                   openapi.yaml:17:3
  before            /v1/pets/{id}, which matches too                openapi.yaml:10:5
  access            open to everybody                               openapi.yaml:20:7
  backend           mine                                            openapi.yaml:22:9
  asks              http://a:8080/own/pets/mine?x=1                 mine.yaml:5:3
  asks              http://b:8080/own/pets/mine?x=1                 mine.yaml:5:3
  timeout           1s                                              mine.yaml:6:3
  CORS              https://app.example may call, with credentials  openapi.yaml:6:3
  response headers  without server; x-a: 1; also x-b: 2             openapi.yaml:23:9
`,
    );
  });

  it("names a timeout of the path, and a backend from the document's servers", async (t) => {
    const { facts } = await asJson(t, "GET", "/v1/pets/7");
    const named = new Map(facts.map(({ name, value, place }) => [name, `${value} ${place?.source}:${place?.line}`] as const));
    assert.equal(named.get("timeout"), "3s openapi.yaml:9");
    assert.equal(named.get("asks"), "https://pets.example/v1/pets/7 openapi.yaml:3");
    assert.equal(named.has("backend"), false);
  });

  it("says that HEAD is answered as GET is", async (t) => {
    const { summary, facts } = await asJson(t, "HEAD", "/v1/pets/7");
    assert.equal(summary, "HEAD /v1/pets/7 is answered by showPet.");
    assert.ok(facts.some(({ name, value }) => name === "method" && value === "HEAD, answered as GET is"));
  });

  it("says that a credential is needed, and by what", async (t) => {
    const { summary, answer, facts } = await asJson(t, "DELETE", "/v1/pets/7");
    assert.equal(summary, "DELETE /v1/pets/7 is refused: 401, for deletePet needs a credential that nothing here checks.");
    assert.deepEqual(answer, { by: "gateway", status: 401, allow: [] });
    const access = facts.find(({ name }) => name === "access");
    assert.deepEqual([access?.value, access?.place?.line], ["needs token (read), which nothing here checks", 4]);
    assert.ok(!facts.some(({ name }) => name === "asks"));
  });

  it("says which Securities answer what an operation demands, and where that is said", async (t) => {
    const orders = `openapi: 3.1.0
info: {title: Orders, version: "1"}
servers: [{url: "https://orders.example"}]
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{user: [read]}, {partner: []}]
      responses: {"200": {description: ok}}
components:
  securitySchemes:
    user: {type: http, scheme: bearer}
    partner: {type: apiKey, in: header, name: X-Api-Key}
`;
    const checks = `apiVersion: portico.dev/v1alpha1
kind: Security
metadata: {name: user}
spec: {type: jwt, jwt: {issuers: [{issuer: "https://login.example", jwks: {url: "https://login.example/keys"}}]}}
---
apiVersion: portico.dev/v1alpha1
kind: Security
metadata: {name: partner}
spec: {type: apiKey, apiKey: {keys: {name: partners}}}
`;
    const cwd = await folderWith(t, { "openapi.yaml": orders, "checks.yaml": checks });
    const { code, stdout } = await portico(["explain", "GET", "/orders", "--resources", "checks.yaml"], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}access +needs user \[read\], or partner +openapi\.yaml:8:18$/m);
  });

  it("takes the query into account where a path's key has one", async (t) => {
    const sized = await asJson(t, "GET", "/v1/pets/7/photo?size=9");
    assert.deepEqual(sized.answer, { by: "operation", operation: "sizedPhoto", api: "pets", template: "/v1/pets/{id}/photo?size={size}" });
    const mock = sized.facts.find(({ name }) => name === "mock");
    assert.deepEqual([mock?.value, mock?.place?.line], ["200 without a body, made from the document", 29]);
    assert.ok(sized.facts.some(({ name, place }) => name === "WebSocket" && place?.line === 29));
    assert.equal((await asJson(t, "GET", "/v1/pets/7/photo")).answer.operation, "photo");
  });

  it("names the methods that a path has", async (t) => {
    const { summary, answer } = await asJson(t, "PUT", "/v1/pets/7");
    assert.equal(summary, "PUT /v1/pets/7 is refused: 405, for the path has other methods. Allow: DELETE, GET, HEAD, OPTIONS.");
    assert.deepEqual(answer, { by: "gateway", status: 405, allow: ["DELETE", "GET", "HEAD", "OPTIONS"] });
    assert.equal((await asJson(t, "OPTIONS", "/v1/pets/7")).answer.status, 204);
  });

  it("says that a path's operations are disabled, and not that another answers", async (t) => {
    const { summary, answer, facts } = await asJson(t, "GET", "/v1/pets/old", "openapi.yaml");
    assert.equal(summary, "GET /v1/pets/old is not found: 404, for all operations of its path are disabled.");
    assert.deepEqual([answer.status, facts], [404, []]);
  });

  it("names the nearest paths for one that there is not", async (t) => {
    assert.equal(
      (await explain(t, "GET", "/v1/pet/7")).stdout,
      `GET /v1/pet/7 is not found: 404, for no path template matches it.
  nearest  GET, DELETE /v1/pets/{id}            openapi.yaml:10:5
  nearest  GET /v1/pets/mine                    openapi.yaml:18:5
  nearest  GET /v1/pets/{id}/photo?size={size}  openapi.yaml:26:5
`,
    );
    assert.equal((await asJson(t, "GET", "/v1/pets/7/")).facts[0]?.value, "GET, DELETE /v1/pets/{id}");
  });

  it("sees a path as the gateway does: normalised, and refused with an escaped slash", async (t) => {
    assert.deepEqual((await asJson(t, "GET", "/v1//x/../pets/%6Dine")).request, { method: "GET", path: "/v1/pets/mine", query: "" });
    assert.deepEqual((await asJson(t, "GET", "/v1/pets/a%2Fb")).answer, { by: "gateway", status: 400, allow: [] });
  });

  it("honours the host of a URL", async (t) => {
    const answer = async (url: string) => (await asJson(t, "GET", url, "openapi.yaml", "shop.yaml")).answer;
    assert.equal((await answer("http://SHOP.example:8080/pets/mine")).operation, "shopPets");
    assert.equal((await answer("https://eu.shop.example/pets/mine")).operation, "shopPets");
    assert.equal((await answer("https://other.example/pets/mine")).status, 404);
    assert.equal((await answer("https://other.example/v1/pets/mine")).operation, "myPets");
    assert.equal((await answer("/pets/mine")).operation, "shopPets");
    const alone = await asJson(t, "GET", "https://other.example/pets/mine", "shop.yaml");
    assert.equal(alone.summary, "GET /pets/mine is not found: 404, for no API answers under other.example.");
  });
});
