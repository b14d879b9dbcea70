import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseReference, showReference } from "./reference.ts";

const digest = `sha256:${"0".repeat(64)}`;

describe("an image's name", () => {
  for (const [text, full] of [
    ["registry.example/team/pets:1.0", "registry.example/team/pets:1.0"],
    ["localhost/pets", "localhost/pets"],
    ["localhost:5000/pets:1", "localhost:5000/pets:1"],
    ["[::1]:5000/pets", "[::1]:5000/pets"],
    ["Registry.Example/pets", "registry.example/pets"],
    ["pets", "docker.io/library/pets"],
    ["team/pets:1", "docker.io/team/pets:1"],
    ["docker.io/team/pets", "docker.io/team/pets"],
    [`registry.example/pets:1@${digest}`, `registry.example/pets:1@${digest}`],
    [`registry.example/pets@${digest}`, `registry.example/pets@${digest}`],
    ["registry.example/a__b/c-d.e", "registry.example/a__b/c-d.e"],
  ] as const) {
    it(`${text} is ${full}`, () => {
      const parsed = parseReference(text);
      assert.ok(parsed.ok, JSON.stringify(parsed.problems));
      assert.equal(showReference(parsed.value), full);
    });
  }

  for (const text of [
    "",
    "registry.example/",
    "registry.example/Pets",
    "registry.example/pets:",
    "registry.example/pets:a/b:c",
    "registry.example/pets@sha256:12",
    `registry.example/pets@${digest}@${digest}`,
    "https://registry.example/pets",
    "registry.example/../pets",
    "re gistry.example/pets",
    `registry.example/${"a".repeat(256)}`,
  ]) {
    it(`${JSON.stringify(text.slice(0, 60))} is none`, () => {
      assert.deepEqual(
        parseReference(text).problems.map(({ reason }) => reason),
        ["BadImageName"],
      );
    });
  }
});
