import assert from "node:assert/strict";
import { it } from "node:test";
import { type GoPart, keyOfPart } from "./go-part.ts";

const part: GoPart = { name: "some", version: "v1", package: ".", values: { "some/version.version": "v1" }, firstBuild: "1 minute" };
const sources = [Buffer.from("module some")];

it("a part that is built with another Go, for another processor, with other values or from other sources is another one in the cache", () => {
  const keys = [
    keyOfPart(part, "go1.26.8\nlinux\namd64\n", sources),
    keyOfPart(part, "go1.26.9\nlinux\namd64\n", sources),
    keyOfPart(part, "go1.26.8\nlinux\narm64\n", sources),
    keyOfPart({ ...part, values: {} }, "go1.26.8\nlinux\namd64\n", sources),
    keyOfPart(part, "go1.26.8\nlinux\namd64\n", [Buffer.from("module other")]),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(keyOfPart({ ...part }, "go1.26.8\nlinux\namd64\n", sources), keys[0]);
});
