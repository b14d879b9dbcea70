import assert from "node:assert/strict";
import { it } from "node:test";
import { functionNamed } from "./code.ts";

it("a function's name says its file, within the folder, and what that gives it away as", () => {
  assert.deepEqual(functionNamed("./auth.ts#check"), { path: "auth.ts", name: "check" });
  assert.deepEqual(functionNamed("lib/./a-b.mjs"), { path: "lib/a-b.mjs", name: "default" });
  for (const odd of [
    "../auth.ts",
    "/etc/auth.ts",
    "a/../../auth.ts",
    "./auth.py",
    "auth.d.ts",
    ".hidden.ts",
    "a/.git/b.ts",
    "data.json",
    "a\u0000.ts",
    "",
  ])
    assert.equal(functionNamed(odd), undefined, odd);
});
