import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { documentOf, onePath } from "./documents.ts";
import { folderWith, portico } from "./portico.ts";

const endpoint =
  "apiVersion: portico.dev/v1alpha1\nkind: TargetEndpoint\nmetadata: {name: dogs}\nspec: {urls: [http://a:8080/x, http://b/x], timeout: 2s}\n";
const document = documentOf(
  `  /dogs/{id}:
    get: {operationId: showDog, x-portico: {backend: dogs}, responses: {"200": {description: ok}}}
    put: {security: [{token: [write]}], responses: {"200": {description: ok}}}
  /cats:
    get: {x-portico: {mock: true}, responses: {"200": {description: ok, content: {text/plain: {example: tom}}}}}
${onePath}`,
  "components: {securitySchemes: {token: {type: oauth2, flows: {}}}}\n",
);

describe("portico routes", () => {
  it("lists the operations as a table on stdout, in the order of the document", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": document, "dogs.yaml": endpoint });
    assert.deepEqual(await portico(["routes", "api.yaml", "--resources", "dogs.yaml"], { cwd }), {
      code: 0,
      stdout: `METHOD  PATH        OPERATION       ANSWER                ACCESS
GET     /dogs/{id}  showDog         dogs                  open
PUT     /dogs/{id}  PUT /dogs/{id}  401                   needs token
GET     /cats       GET /cats       mock                  open
GET     /pets       listPets        https://pets.example  open
`,
      stderr: "1 warning: see `portico check`.\n",
    });
  });

  it("lists them as a JSON array", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": document, "dogs.yaml": endpoint });
    const { code, stdout } = await portico(["routes", "api.yaml", "--resources", "dogs.yaml", "--json"], { cwd });
    assert.equal(code, 0);
    const common = { api: "pets", hosts: [], source: "api.yaml" };
    const open = { kind: "open", schemes: [] };
    assert.deepEqual(JSON.parse(stdout), [
      {
        ...common,
        method: "GET",
        path: "/dogs/{id}",
        operation: "showDog",
        answer: { kind: "backend", backend: "dogs", targets: ["http://a:8080/x", "http://b/x"], timeoutMs: 2000, path: "strip" },
        access: open,
        pointer: "/paths/~1dogs~1{id}/get",
      },
      {
        ...common,
        method: "PUT",
        path: "/dogs/{id}",
        operation: "PUT /dogs/{id}",
        answer: { kind: "refusal", status: 401 },
        access: { kind: "refused", schemes: [{ name: "token", scopes: ["write"] }] },
        pointer: "/paths/~1dogs~1{id}/put",
      },
      {
        ...common,
        method: "GET",
        path: "/cats",
        operation: "GET /cats",
        answer: { kind: "mock", status: 200, mediaType: "text/plain" },
        access: open,
        pointer: "/paths/~1cats/get",
      },
      {
        ...common,
        method: "GET",
        path: "/pets",
        operation: "listPets",
        answer: { kind: "backend", backend: "@document", targets: ["https://pets.example"], timeoutMs: 15_000, path: "same" },
        access: open,
        pointer: "/paths/~1pets/get",
      },
    ]);
  });

  it("writes nothing on stdout when a document is wrong", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf("  - a\n") });
    const { code, stdout, stderr } = await portico(["routes", "api.yaml"], { cwd });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^api\.yaml:4:1: error WrongType/);
  });
});
