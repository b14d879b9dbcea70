import assert from "node:assert/strict";
import { it } from "node:test";
import { faultsOf, testValidators } from "../../testing/validators.ts";

const strings = { type: "array", items: { type: "string" } };
const numbers = { type: "array", items: { type: "number" } };
const names = Array.from({ length: 20 }, (_, index) => `member${index}`);
const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const schemas: Readonly<Record<string, object>> = {
  strings,
  required: { items: { required: names } },
  referred: { items: refTo("Tree") },
  later: { anyOf: [strings, numbers] },
  one: { oneOf: [refTo("Strings"), strings, numbers] },
  both: { allOf: [strings, { anyOf: [strings, numbers] }, { not: strings }] },
  contains: { allOf: [{ contains: { type: "string" } }, { not: { contains: { type: "string" } } }] },
  branch: { if: strings, else: numbers, not: { anyOf: [refTo("Strings"), strings] } },
};

const { verdictOf, text } = testValidators({
  openapi: "3.1.0",
  info: { title: "Many", version: "1" },
  components: {
    schemas: { Tree: { type: "array", items: refTo("Tree") }, Strings: strings },
  },
  paths: Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      `/${name}`,
      { post: { operationId: name, requestBody: { content: { "application/json": { schema } } }, responses: {} } },
    ]),
  ),
});

const faults = async (name: string, body: string): Promise<readonly string[]> =>
  faultsOf(await verdictOf(name, `/${name}`, { "content-type": "application/json" }, body));

const many = (element: string, count: number): string => `[${Array.from({ length: count }, () => element).join(",")}]`;

it("a choice is right whatever another one has against a value", async () => {
  const zeros = many("0", 5_000);
  for (const name of ["later", "one", "branch"]) assert.deepEqual(await faults(name, zeros), [], name);
  for (const name of ["both", "strings", "contains", "referred"]) assert.equal((await faults(name, zeros)).length > 0, true, name);
  assert.ok((await faults("contains", zeros)).every((fault) => fault !== "body #: not"));
  assert.ok((await faults("both", zeros)).every((fault) => fault !== "body #: not"));
});

it("a body of a megabyte that is wrong everywhere is held against its schema in a moment", { timeout: 30_000 }, async () => {
  for (const [name, body] of [
    ["strings", many("0", 500_000)],
    ["required", many("{}", 330_000)],
    ["referred", many("0", 500_000)],
    ["referred", many("[0]", 250_000)],
  ] as const) {
    const since = performance.now();
    assert.equal((await faults(name, body)).length, 50);
    assert.ok(performance.now() - since < 3_000, `${name} took ${performance.now() - since} ms`);
  }
});

it("no error is kept in another way than those that are bounded", () => {
  const lines = text.split("\n");
  const count = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;
  assert.ok(count(/^errors\+\+;$/) > 20);
  assert.equal(count(/^errors\+\+;$/), count(/^\(vErrors \?\?= \[\]\)\.push\(/));
  assert.equal(count(/^errors = vErrors|^vErrors\.push|^vErrors\.length = _errs/), 0);
});
