import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePathKey } from "./path-key.ts";

const p = (parameter: string) => ({ parameter });

describe("a path's key", () => {
  const cases: readonly [string, unknown, unknown?][] = [
    ["/", [[]]],
    ["/pets", [["pets"]]],
    ["/pets/", [["pets"], []]],
    ["/a/{id}.json", [["a"], [p("id"), ".json"]]],
    ["/x/{a}-{b}", [["x"], [p("a"), "-", p("b")]]],
    ["/v1/{name}:cancel", [["v1"], [p("name"), ":cancel"]]],
    ["/{user-id}", [[p("user-id")]]],
    ["/pets#list", [["pets"]]],
    ["/pets{?limit,offset}", [["pets"]]],
    ["/pets?action=list&id={id}&all", [["pets"]], [{ name: "action", value: "list" }, { name: "all" }, { name: "id" }]],
    ["/pets?id={id}&all&action=list&all", [["pets"]], [{ name: "action", value: "list" }, { name: "all" }, { name: "id" }]],
    ["/pets?q=a b/caf\u00e9", [["pets"]], [{ name: "q", value: "a b/café" }]],
    ["//a//{id}//", [["a"], [p("id")], []]],
    ["/a/./b/../{id}/%2E", [["a"], [p("id")], []]],
    ["/a/..", [[]]],
    ["/caf\u00e9/a b/%7euser/%c3%A9", [["caf%C3%A9"], ["a%20b"], ["~user"], ["%C3%A9"]]],
    ["/f(x)='{y}'", [["f(x)='", p("y"), "'"]]],
  ];
  for (const [key, template, query = []] of cases) {
    it(`${key} is ${JSON.stringify(template)}`, () => {
      assert.deepEqual(parsePathKey(key), { ok: true, shown: key.replace(/#.*/, ""), template, query, spanning: undefined });
    });
  }

  for (const key of ["pets", "", "/a/{id", "/a/id}", "/{{a}}"]) {
    it(`${JSON.stringify(key)} is refused`, () => {
      assert.equal(parsePathKey(key).ok, false);
    });
  }
});
