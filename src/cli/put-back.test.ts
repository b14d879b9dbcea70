import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { objectFiles } from "../api/resource.ts";
import { error } from "../problem.ts";
import { placeOf, root, type SourceFile } from "../text/node.ts";
import { parseAll } from "../text/parse.ts";
import { faultyAmong, putBack } from "./put-back.ts";

const nameOf = ({ value }: SourceFile): string => String(Object(Object(value).metadata).name);

/** A list of Securities, each with so many scopes, one a line. */
function listOf(scopes: Readonly<Record<string, number>>): readonly SourceFile[] {
  const items = Object.entries(scopes).map(([name, count]) => ({
    ...{ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name } },
    spec: { scopes: Array.from({ length: count }, (_, index) => `scope ${index}`) },
  }));
  return must(parseAll("list.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 2))).flatMap(objectFiles);
}

describe("what is wrong after an object is put back", () => {
  const before = listOf({ b: 12, a: 8 });
  const now = listOf({ a: 1, b: 1, c: 12 });
  const chosen = putBack(now, before, (file) => nameOf(file) === "a", []);
  const named = (name: string): SourceFile => chosen.find((file) => nameOf(file) === name) ?? assert.fail();
  const places = (name: string) => {
    const { file, pointer } = root(named(name));
    return [pointer, `${pointer}/spec`, ...Array.from({ length: 8 }, (_, index) => `${pointer}/spec/scopes/${index}`)].map((at) =>
      placeOf({ file, pointer: at }),
    );
  };
  const lines = (name: string) => places(name).map(({ line }) => line);

  it("is laid to that object which it stands in, though another one stood at its line before", () => {
    assert.ok(lines("a").some((line) => lines("c").includes(line)));
    for (const name of ["a", "b", "c"])
      for (const where of places(name)) {
        const faulty = faultyAmong(chosen, { before, now }, [error("BadSecurity", where, "")]);
        assert.deepEqual([...faulty].map(nameOf), [name], `${name} at ${where.line}`);
      }
  });

  it("is laid to an object of now where it may be either's", () => {
    const same = [listOf({ a: 2, b: 2 }), listOf({ b: 2, a: 2 })] as const;
    const mixed = putBack(same[1], same[0], (file) => nameOf(file) === "a", []);
    const first = mixed.find((file) => nameOf(file) === "b") ?? assert.fail();
    const faulty = faultyAmong(mixed, { before: same[0], now: same[1] }, [error("BadSecurity", placeOf(root(first)), "")]);
    assert.deepEqual([...faulty].map(nameOf), ["b"]);
  });
});
