import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { isPacked, packProject, unpackProject } from "./pack.ts";

describe("a project that travels", () => {
  const files = new Map([
    ["gateway.yaml", "apis: []\n"],
    ["definition/pets.json", randomBytes(1_500_000).toString("base64")],
  ]);

  it("comes in parts that fit into a ConfigMap, and is whole again", async () => {
    const parts = await packProject(files);
    assert.deepEqual([...parts.keys()], ["project.tar.gz.000", "project.tar.gz.001", "project.tar.gz.002"]);
    for (const part of parts.values()) assert.ok(Buffer.from(part).toString("base64").length < 1024 * 1024);
    const names = ["Dockerfile", "..data", ...[...parts.keys()].toReversed()];
    assert.ok(isPacked(names) && !isPacked(["gateway.yaml"]));
    const back = await unpackProject(names, (name) => parts.get(name) ?? assert.fail(name));
    assert.deepEqual(new Map([...back].toSorted()), new Map([...files].toSorted()));
  });

  it("is refused when a part is missing", async () => {
    const parts = await packProject(files);
    await assert.rejects(unpackProject(["project.tar.gz.000", "project.tar.gz.002"], (name) => parts.get(name) ?? assert.fail(name)));
  });
});
