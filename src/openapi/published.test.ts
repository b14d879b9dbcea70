import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { parseOne } from "../text/parse.ts";
import { publishedDocument } from "./published.ts";
import { readDocument } from "./read.ts";

/** A document of files, the first of them its root, as it is published. */
function published(files: Readonly<Record<string, string>>): unknown {
  const [root, ...others] = Object.entries(files).map(([name, text]) => must(parseOne(name, text)));
  assert.ok(root !== undefined);
  return publishedDocument(must(readDocument({ root, files: new Map(others.map((file) => [file.name, file])) })));
}

const head = "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\n";

describe("the document that is published", () => {
  it("has no servers, and nothing of how it is served here", () => {
    const text = `${head}servers: [{url: https://secret.example}]
x-portico: {backend: {url: https://secret.example}}
x-wso2-owner: me
x-vendor: stays
paths:
  /pets:
    servers: [{url: https://secret.example}]
    x-portico: {timeout: 1s}
    get:
      x-throttling-tier: Gold
      x-auth-type: None
      servers: [{url: https://secret.example}]
      responses: {"200": {description: ok, links: {next: {operationId: list, server: {url: https://secret.example}}}}}
`;
    assert.deepEqual(published({ "api.yaml": text }), {
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      "x-vendor": "stays",
      paths: { "/pets": { get: { responses: { 200: { description: "ok", links: { next: { operationId: "list" } } } } } } },
    });
  });

  it("keeps names and examples that only look like such keys", () => {
    const schema =
      "{type: object, properties: {host: {type: string}, servers: {type: array}, x-portico: {type: string}}, example: {host: a, x-portico: b}}";
    const document = published({ "api.yaml": `${head}paths: {/a: {get: {responses: {}}}}\ncomponents: {schemas: {host: ${schema}}}\n` });
    assert.deepEqual(JSON.stringify(document).match(/host|servers|x-portico/g), [
      "host",
      "host",
      "servers",
      "x-portico",
      "host",
      "x-portico",
    ]);
  });

  it("shows what stands under a name that an author chose as it shows the rest, whatever the name", () => {
    const names = ["default", "value", "example", "enum", "const", "dataValue", "examples"];
    const answer = "{description: a, links: {x: {operationId: a, server: {url: https://secret.example}}}}";
    const item = "{get: {responses: {}, servers: [{url: https://secret.example}], x-wso2-disable-security: true}}";
    const document = published({
      "api.yaml": `${head}paths:
  /a:
    get:
      responses: {${names.map((name) => `${name}: ${answer}`).join(", ")}, other: {$ref: "parts/a.yaml#/default"}}
components:
  pathItems: {${names.map((name) => `${name}: ${item}`).join(", ")}}
  schemas: {${names.map((name) => `${name}: {$ref: "parts/a.yaml#/default"}`).join(", ")}}
`,
      "parts/a.yaml": `default: ${answer}\n`,
    });
    assert.doesNotMatch(JSON.stringify(document), /secret|parts\/a\.yaml/);
  });

  it("leaves data as it is", () => {
    const data = "{host: a, $ref: 'b.yaml', x-wso2-owner: me}";
    const schema = `{default: ${data}, examples: [${data}], enum: [${data}], const: ${data}}`;
    const document = published({
      "api.yaml": `${head}paths: {/a: {get: {responses: {}}}}\ncomponents: {schemas: {A: ${schema}}, examples: {one: {value: ${data}}}}\n`,
    });
    assert.equal(JSON.stringify(document).match(/x-wso2-owner/g)?.length, 5);
    assert.equal(JSON.stringify(document).match(/"b\.yaml"/g)?.length, 5);
  });

  it("is one piece: references to other files, between them and back lead to where those stand in it", () => {
    const document = published({
      "dir/api.yaml": `${head}paths:\n  /a: {$ref: parts/a.yaml}\ncomponents: {schemas: {Own: {type: string}}}\n`,
      "dir/parts/a.yaml":
        "get: {responses: {'200': {$ref: 'b.yaml#/ok'}, '404': {$ref: '#/none'}}, servers: [{url: https://secret.example}]}\nnone: {description: none}\n",
      "dir/parts/b.yaml": "ok: {description: ok, content: {a/b: {schema: {$ref: '../api.yaml#/components/schemas/Own'}}}}\n",
    });
    assert.deepEqual(document, {
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      paths: { "/a": { $ref: "#/x-files/file-1" } },
      components: { schemas: { Own: { type: "string" } } },
      "x-files": {
        "file-1": {
          get: { responses: { 200: { $ref: "#/x-files/file-2/ok" }, 404: { $ref: "#/x-files/file-1/none" } } },
          none: { description: "none" },
        },
        "file-2": { ok: { description: "ok", content: { "a/b": { schema: { $ref: "#/components/schemas/Own" } } } } },
      },
    });
  });
});
