import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { locate } from "./locate.ts";
import { parseAll, parseOne } from "./parse.ts";

const parse = (text: string) => {
  const file = parseOne("a.yaml", text);
  assert.ok(file.ok, JSON.stringify(file.problems));
  return file.value;
};

describe("a text is read with its positions", () => {
  const text = 'openapi: 3.0.0\npaths:\n  /pets/{id}:\n    get:\n      tags: [a, "b"]\n      x: &shared\n        y: 1\n      z: *shared\n';
  const cases: readonly [string, number, number][] = [
    ["/openapi", 1, 1],
    ["/paths/~1pets~1{id}/get", 4, 5],
    ["/paths/~1pets~1{id}/get/tags/1", 5, 17],
    ["/paths/~1pets~1{id}/get/z/y", 7, 9],
    ["/paths/~1pets~1{id}/post", 3, 3],
    ["", 1, 1],
  ];
  for (const [pointer, line, column] of cases) {
    it(`${pointer || "(root)"} stands at ${line}:${column}`, () => {
      assert.deepEqual(locate(parse(text), pointer), { source: "a.yaml", pointer, line, column });
    });
  }

  it("a second YAML document is located in its own part", () => {
    const files = parseAll("a.yaml", "a: 1\n---\nb:\n  c: 2\n");
    assert.ok(files.ok);
    const second = files.value[1];
    assert.ok(second);
    assert.deepEqual(locate(second, "/b/c"), { source: "a.yaml", pointer: "/b/c", line: 4, column: 3 });
  });

  // To walk along the list for each took minutes. Nothing else has a turn to stop that but in between.
  it("a hundred thousand elements of a list are located each in one step", { timeout: 60_000 }, async () => {
    const many = parse(`[${"{}, ".repeat(100_000)}{}]`);
    for (let index = 0; index <= 100_000; index++) {
      assert.equal(locate(many, `/${index}`).column, 2 + index * 4);
      if (index % 1000 === 0) await setImmediate();
    }
  });

  it("of two keys of one name in a mapping the first is located, and an index is written in one way", () => {
    assert.equal(locate({ ...parse("a: 1"), text: "a: 1\na: 2\n" }, "/a").line, 1);
    assert.equal(locate(parse("- a\n- b\n"), "/01").line, 1);
    assert.equal(locate(parse("- a\n- b\n"), "/1").line, 2);
  });

  it("JSON, with tabs and escapes, is YAML", () => {
    assert.deepEqual(parse('{\n\t"a": "\\ud83d\\ude00\\/"\n}').value, { a: "😀/" });
  });

  it("merge keys are followed, and __proto__ is only a key", () => {
    assert.deepEqual(parse("a: &a {b: 1}\nc:\n  <<: *a\n  d: 2\n").value, { a: { b: 1 }, c: { b: 1, d: 2 } });
    assert.equal(Object.getPrototypeOf(parse("__proto__: {x: 1}").value), Object.prototype);
  });
});

describe("a broken text is a Problem at its place", () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdefg"[index]}`).join(",")}]`).join("\n")}\n`;
  const cases: readonly [string, string, string, number, number, string][] = [
    ["a duplicate key", "a:\n  b: 1\n  b: 2\n", "DuplicateKey", 3, 3, "/a/b"],
    ["no YAML", 'a: {"b": 1', "NotYaml", 1, 11, ""],
    ["an alias bomb", bomb, "AliasBomb", 8, 35, "/h/9"],
    ["an endless alias", "a: &a\n  b: *a\n", "AliasBomb", 2, 6, "/a/b"],
    ["a depth of 10,000", "[".repeat(10_000), "TooDeep", 1, 500, ""],
    ["nothing", "# only a comment\n", "EmptyDocument", 1, 1, ""],
  ];
  for (const [what, text, reason, line, column, pointer] of cases) {
    it(what, () => {
      const { ok, problems } = parseOne("a.yaml", text);
      assert.equal(ok, false);
      assert.deepEqual(
        problems.map((problem) => [problem.reason, problem.where]),
        [[reason, { source: "a.yaml", line, column, pointer }]],
      );
    });
  }
});
