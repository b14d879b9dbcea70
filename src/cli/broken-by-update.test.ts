import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clusterSettings } from "../controller/compile-gateway.ts";
import { loadDefinitions } from "../source/definition.ts";
import type { SourceFile } from "../text/node.ts";
import { brokenByUpdate, type ContractSources } from "./broken-by-update.ts";

interface Written {
  readonly title?: string;
  readonly server?: string;
  readonly paths: object;
}

const answers = { responses: { 200: { description: "ok" } } };

async function promised(
  documents: readonly Written[],
  more: { readonly limit?: number; readonly needs?: string } = {},
): Promise<ContractSources> {
  const texts = documents.map(({ title = "Pets", server = "https://pets.test/v1", paths }) =>
    JSON.stringify({ openapi: "3.1.0", info: { title, version: "1" }, servers: [{ url: server }], paths }),
  );
  const { documents: read, problems } = await loadDefinitions(
    texts.map((text) => ({ kind: "inline", text })),
    () => assert.fail(),
  );
  assert.deepEqual(problems, []);
  const object = (kind: string, name: string, spec: object): SourceFile => {
    const value = { apiVersion: "portico.dev/v1alpha1", kind, metadata: { name }, spec };
    return { name: `${kind}/${name}`, text: JSON.stringify(value), document: 0, value };
  };
  const { limit, needs } = more;
  const resources = [
    ...(limit === undefined ? [] : [object("RateLimiting", "few", { type: "api", requests: limit, unit: "minute" })]),
    ...(needs === undefined
      ? []
      : [object("Security", needs, { type: "apiKey", apiKey: { in: [{ header: "x-key" }], keys: { name: "keys" } } })]),
  ];
  const cluster = clusterSettings("a", documents.length === 1 ? "pets" : undefined, {
    ...(limit === undefined ? {} : { limits: [{ name: "few", namespace: undefined }] }),
    ...(needs === undefined ? {} : { security: [{ security: needs, scopes: [] }] }),
  });
  return { documents: read, resources, cluster };
}

const said = (before: ContractSources, after: ContractSources): readonly string[] =>
  brokenByUpdate(before, after).map(({ message, where }) => `${where.source}: ${message}`);

describe("what an update breaks", () => {
  it("is nothing where the same is there, or more", async () => {
    const before = await promised([{ paths: { "/pets": { get: answers } } }]);
    assert.deepEqual(said(before, before), []);
    assert.deepEqual(said(before, await promised([{ paths: { "/pets": { get: answers, post: answers } } }])), []);
  });

  it("is told of each document by what is below its base path now", async () => {
    const one = { title: "One", server: "https://pets.test/v1", paths: { "/pets": { get: answers } } };
    const two = { title: "Two", server: "https://pets.test/v2", paths: { "/pets": { get: answers }, "/dogs": { get: answers } } };
    const before = await promised([one, two]);
    assert.deepEqual(said(before, await promised([two, one])), []);
    assert.deepEqual(said(before, await promised([two])), ["definition[0]: GET /v1/pets: The operation is gone."]);
    assert.deepEqual(said(before, await promised([one, { ...two, paths: one.paths }])), [
      "definition[1]: GET /v2/dogs: The operation is gone.",
    ]);
  });

  it("is what its API says, too: a limit for all, a credential for all", async () => {
    const paths = { "/pets": { get: answers } };
    const before = await promised([{ paths }], { limit: 10 });
    assert.deepEqual(said(before, await promised([{ paths }], { limit: 20 })), []);
    assert.match(said(before, await promised([{ paths }], { limit: 5 })).join(), /GET \/v1\/pets: .*few/);
    assert.match(said(before, await promised([{ paths }], { limit: 10, needs: "partner" })).join(), /a credential is needed/);
  });

  it("is said to an end where it is much", async () => {
    const paths = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`/pets-${index}`, { get: answers }]));
    const found = said(
      await promised([{ paths: { ...paths, "/kept": { get: answers } } }]),
      await promised([{ paths: { "/kept": { get: answers } } }]),
    );
    assert.equal(found.length, 21);
    assert.match(found.at(-1) ?? "", /And 10 more/);
  });
});
