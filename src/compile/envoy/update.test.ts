import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { discoveryFile } from "./json.ts";
import { resourcesOfBoth, versionOf } from "./update.ts";

const clusters = (...names: readonly string[]): string =>
  discoveryFile(
    "envoy.config.cluster.v3.Cluster",
    names.map((name) => ({ name })),
  );
const names = (file: string): readonly string[] => [...file.matchAll(/"name":"([^"]+)"/g)].map(([, name = ""]) => name);

describe("the clusters between two states", () => {
  it("are the new ones and those that only the old state has", () => {
    assert.deepEqual(names(resourcesOfBoth(clusters("a", "b"), clusters("b", "c"))), ["b", "c", "a"]);
  });

  it("have a version of their own, so that it can be seen in effect", () => {
    const [before, after] = [clusters("a"), clusters("b")];
    const both = versionOf(resourcesOfBoth(before, after));
    assert.ok(both !== versionOf(before) && both !== versionOf(after));
  });

  it("are the new ones as they are when none goes", () => {
    assert.equal(resourcesOfBoth(clusters("a"), clusters("a", "b")), clusters("a", "b"));
  });
});
