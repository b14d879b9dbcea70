import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { division, type Fielded, notYet } from "./enforced.ts";
import { kinds } from "./kinds.ts";
import { fields, type Schema } from "./walk.ts";
import { documentExtension, operationExtension, pathExtension } from "./x-portico.ts";

const schemas: readonly (readonly [Fielded, Schema])[] = [
  ["API", kinds.API.spec],
  ["TargetEndpoint", kinds.TargetEndpoint.spec],
  ["RateLimiting", kinds.RateLimiting.spec],
  ["Security", kinds.Security.spec],
  ["x-portico", documentExtension],
];

const covers = (outer: string, path: string): boolean =>
  outer === "" || path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[]`);

for (const [kind, schema] of schemas) {
  describe(`each field of ${kind} is enforced or refused, never ignored`, () => {
    const leaves = fields(schema)
      .filter((field) => field.leaf)
      .map((field) => field.path);
    const { enforced, notYet: unserved } = division[kind];
    const refused = unserved.filter((one) => one.values === undefined).map((one) => one.path);

    it("every field is in exactly one column", () => {
      assert.ok(leaves.length > 5);
      for (const leaf of leaves) {
        const times = enforced.filter((path) => path === leaf).length + refused.filter((path) => covers(path, leaf)).length;
        assert.equal(times, 1, `${leaf} is in ${times} places of the table`);
      }
    });

    it("every entry is a field", () => {
      for (const path of enforced) assert.ok(leaves.includes(path), path);
      for (const path of refused)
        assert.ok(
          leaves.some((leaf) => covers(path, leaf)),
          path,
        );
    });

    it("values that are refused are values of an enforced field", () => {
      for (const one of unserved.filter(({ values }) => values !== undefined)) assert.ok(enforced.includes(one.path), one.path);
    });
  });
}

describe("the three levels of x-portico", () => {
  it("a path and an operation have the same fields, and a document has them all", () => {
    const paths = (schema: Schema) => fields(schema).map((field) => field.path);
    const document = paths(documentExtension);
    assert.deepEqual(paths(pathExtension), paths(operationExtension));
    for (const path of paths(operationExtension)) assert.ok(document.includes(path), path);
  });
});

describe("what a value asks for that is not done yet is found in it", () => {
  const cases: readonly [Fielded, unknown, readonly [string, string][]][] = [
    ["x-portico", { backend: "pets", timeout: "1s", cors: false }, []],
    [
      "x-portico",
      { backend: { url: "http://a", connectionPool: { waitTimeout: "1s" } }, mode: "sidecar" },
      [
        ["backend/connectionPool/waitTimeout", "bounds of idle connections"],
        ["mode", "the mode of deployed backends"],
      ],
    ],
    ["x-portico", { cache: {}, rateLimit: false }, []],
    ["x-portico", { security: false, streaming: true, mode: "sidecar" }, [["mode", "the mode of deployed backends"]]],
    ["API", { definition: [{ inline: "x" }], engine: "envoy" }, []],
    ["API", { definition: [{ inline: "x" }], engine: "wso2" }, [["engine", "WSO2's gateway"]]],
    ["TargetEndpoint", { url: "http://a", protocol: "http" }, []],
    ["TargetEndpoint", { url: "http://a", protocol: "h2c" }, []],
    ["RateLimiting", { type: "api", scope: "local" }, []],
    ["RateLimiting", { type: "api", approximate: true }, [["approximate", "counting in leased portions"]]],
    ["Security", { type: "apiKey", apiKey: { signed: { issuers: [] } } }, []],
  ];
  for (const [kind, value, expected] of cases) {
    it(`${kind} ${JSON.stringify(value)}`, () => {
      assert.deepEqual(
        notYet(kind, value).map(({ path, feature }) => [path.join("/"), feature]),
        expected,
      );
    });
  }
});
