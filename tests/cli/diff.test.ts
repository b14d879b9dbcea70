import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { temporaryFolder } from "../../testing/portico.ts";
import { portico } from "./portico.ts";

const pet = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" }, age: { type: "integer" }, kind: { enum: ["cat", "dog"] } },
};
const json = (schema: object): object => ({ "application/json": { schema } });
const list = {
  operationId: "list",
  parameters: [{ name: "limit", in: "query", schema: { type: "integer", maximum: 100 } }],
  responses: { 200: { description: "ok", content: json({ type: "array", items: pet }) } },
};
const add = {
  operationId: "add",
  security: [{ user: ["write"] }, { key: [] }],
  requestBody: { content: json(pet) },
  responses: { 201: { description: "ok" } },
};
const one = {
  operationId: "one",
  parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
  responses: { 200: { description: "ok" }, 404: { description: "none" } },
};
const before = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: "https://pets.test/v1" }],
  components: { securitySchemes: { user: { type: "http", scheme: "bearer" }, key: { type: "apiKey", in: "header", name: "x-key" } } },
  paths: { "/pets": { get: list, post: add }, "/pets/{id}": { get: one, delete: { responses: { 204: { description: "gone" } } } } },
};

/** What is said of another document, without its places, and the exit code. */
async function broken(
  t: TestContext,
  after: object,
  old: object = before,
  ...more: readonly string[]
): Promise<readonly [number | null, readonly string[]]> {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, "old.json"), JSON.stringify(old, undefined, 1));
  await writeFile(join(cwd, "new.json"), JSON.stringify(after, undefined, 1));
  const limit = (name: string, requests: number): string =>
    JSON.stringify({
      apiVersion: "portico.dev/v1alpha1",
      kind: "RateLimiting",
      metadata: { name },
      spec: { type: "api", requests, unit: "minute" },
    });
  await writeFile(join(cwd, "limits.yaml"), [limit("many", 100), limit("few", 10)].join("\n---\n"));
  const { code, stdout, stderr } = await portico(["diff", "old.json", "new.json", ...more], { cwd });
  assert.equal(code === 0 ? stderr : "", code === 0 ? "Nothing that clients could rely on is broken.\n" : "");
  return [
    code,
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => line.replace(/^(?:old|new)\.json:\d+:\d+: /, "")),
  ];
}

const withPaths = (paths: object): object => ({ ...before, paths });

describe("portico diff", () => {
  it("says nothing of what clients need not know", async (t) => {
    const wider = {
      "/pets": {
        get: {
          ...list,
          operationId: "listAll",
          parameters: [
            { name: "limit", in: "query", schema: { type: "integer", maximum: 500 } },
            { name: "after", in: "query", schema: { type: "string" } },
          ],
        },
        post: {
          ...add,
          security: [{ user: [] }, { key: [] }],
          requestBody: { content: { ...json({ ...pet, required: [] }), "application/xml": {} } },
        },
      },
      "/pets/{petId}": {
        get: { ...one, parameters: [{ name: "petId", in: "path", required: true, schema: { type: "string" } }] },
        delete: before.paths["/pets/{id}"].delete,
      },
      "/owners": { get: list },
    };
    assert.deepEqual(await broken(t, before), [0, []]);
    assert.deepEqual(await broken(t, withPaths(wider)), [0, []]);
  });

  it("says each operation that is gone, or is elsewhere", async (t) => {
    assert.deepEqual(await broken(t, withPaths({ "/pets": before.paths["/pets"], "/pets/{id}": { get: one } })), [
      1,
      ["DELETE /v1/pets/{id}: The operation is gone."],
    ]);
    const [, all] = await broken(t, { ...before, servers: [{ url: "https://pets.test/v2" }] });
    assert.equal(all.length, 4);
  });

  it("says what requests must be now", async (t) => {
    const narrower = {
      ...before.paths,
      "/pets": {
        get: {
          ...list,
          parameters: [
            { name: "limit", in: "query", required: true, schema: { type: "integer", maximum: 50 } },
            { name: "tenant", in: "header", required: true, schema: { type: "string" } },
          ],
        },
        post: {
          ...add,
          requestBody: {
            required: true,
            content: json({ ...pet, required: ["name", "age"], properties: { ...pet.properties, kind: { enum: ["cat"] } } }),
          },
        },
      },
    };
    assert.deepEqual(await broken(t, withPaths(narrower)), [
      1,
      [
        "GET /v1/pets: The query parameter `limit` is required now.",
        "GET /v1/pets: The query parameter `limit`: what is taken is at most 50 now.",
        "GET /v1/pets: The header parameter `tenant` is new, and required.",
        "POST /v1/pets: The body is required now.",
        "POST /v1/pets: In the body of `application/json`, at `#/age`, something is required now.",
        'POST /v1/pets: In the body of `application/json`, at `#/kind`, "dog" is not taken any longer.',
      ],
    ]);
  });

  it("says what answers may be now", async (t) => {
    const answers = {
      ...before.paths,
      "/pets": {
        ...before.paths["/pets"],
        get: {
          ...list,
          responses: {
            200: {
              description: "ok",
              content: json({
                type: "array",
                items: { ...pet, required: [], properties: { ...pet.properties, age: { type: ["integer", "null"] } } },
              }),
            },
          },
        },
      },
      "/pets/{id}": { ...before.paths["/pets/{id}"], delete: { responses: { 202: { description: "later" } } } },
    };
    assert.deepEqual(await broken(t, withPaths(answers)), [
      1,
      [
        "GET /v1/pets: In the answer 200, at `#/*/name`, may be missing now.",
        "GET /v1/pets: In the answer 200, at `#/*/age`, may be a null now.",
        "DELETE /v1/pets/{id}: It does not answer 204 any longer.",
      ],
    ]);
  });

  it("says which credentials are needed now, and which limits count", async (t) => {
    const guarded = {
      ...before.paths,
      "/pets": { get: { ...list, security: [{ key: [] }] }, post: { ...add, security: [{ user: ["write", "admin"] }] } },
    };
    assert.deepEqual(await broken(t, withPaths(guarded)), [
      1,
      [
        "GET /v1/pets: Everybody could call it, and now a credential is needed: `key`.",
        "POST /v1/pets: Nobody with `user` (write) is let in any longer: now it takes `user` (write, admin).",
        "POST /v1/pets: Nobody with `key` is let in any longer: now it takes `user` (write, admin).",
      ],
    ]);
    const limited = (rateLimit: string, paths: object) => ({ ...before, paths, "x-portico": { rateLimit } });
    const only = { "/pets": { get: list } };
    const options = ["--resources", "limits.yaml"];
    assert.deepEqual(await broken(t, limited("few", only), limited("many", only), ...options), [
      1,
      ["GET /v1/pets: The limit `few` is lower: 10 requests in 60 s, and it was 100 requests in 60 s."],
    ]);
    assert.deepEqual(await broken(t, limited("many", only), limited("few", only), ...options), [0, []]);
    assert.deepEqual(await broken(t, limited("few", only), withPaths(only), ...options), [
      1,
      ["GET /v1/pets: The limit `few` is new: 10 requests in 60 s."],
    ]);
  });

  it("compares a document of Swagger 2.0 with one of OpenAPI, says where, and as JSON", async (t) => {
    const swagger = {
      swagger: "2.0",
      info: { title: "Pets", version: "0" },
      host: "pets.test",
      basePath: "/v1",
      produces: ["application/json"],
      paths: {
        "/pets": {
          get: {
            parameters: [{ name: "limit", in: "query", type: "integer" }],
            responses: { 200: { description: "ok", schema: { type: "array", items: pet } } },
          },
        },
      },
    };
    const cwd = await temporaryFolder(t);
    await writeFile(join(cwd, "old.json"), JSON.stringify(swagger));
    await writeFile(join(cwd, "new.json"), JSON.stringify(before, undefined, 1));
    const { code, stdout } = await portico(["diff", "old.json", "new.json", "--json"], { cwd });
    assert.equal(code, 1);
    const found: readonly { readonly place: string }[] = JSON.parse(stdout);
    assert.deepEqual(found, [
      {
        kind: "parameter",
        operation: "GET /v1/pets",
        message: "The query parameter `limit`: what is taken is at most 100 now.",
        place: found[0]?.place,
      },
    ]);
    assert.match(found[0]?.place ?? "", /^new\.json:\d+:\d+$/);
    assert.equal((await portico(["diff", "old.json"], { cwd })).code, 2);
    const missing = await portico(["diff", "old.json", "none.json"], { cwd });
    assert.deepEqual([missing.code, missing.stdout], [1, ""]);
    assert.match(missing.stderr, /none\.json/);
  });
});
