import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { strategicMerge } from "./strategic-merge.ts";

const template = {
  metadata: { labels: { app: "pets" } },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 65532 },
    tolerations: [{ key: "old" }],
    containers: [
      { name: "gateway", args: ["a", "b"], env: [{ name: "A", value: "1" }], volumeMounts: [{ name: "run", mountPath: "/run" }] },
    ],
    volumes: [{ name: "run", emptyDir: { medium: "Memory" } }],
  },
};

describe("a patch of a pod template", () => {
  it("adds and changes members, elements of lists by their keys, and replaces other lists", () => {
    const merged = strategicMerge(template, {
      metadata: { annotations: { team: "a" } },
      spec: {
        nodeSelector: { disk: "fast" },
        tolerations: [{ key: "new" }],
        securityContext: { runAsUser: 1000 },
        containers: [
          {
            name: "gateway",
            args: ["c"],
            env: [
              { name: "A", value: "2" },
              { name: "B", value: "3" },
            ],
            volumeMounts: [{ name: "more", mountPath: "/more" }],
          },
          { name: "extra", image: "extra:1" },
        ],
        volumes: [{ name: "more", configMap: { name: "more" } }],
      },
    });
    assert.deepEqual(merged, {
      metadata: { labels: { app: "pets" }, annotations: { team: "a" } },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 1000 },
        tolerations: [{ key: "new" }],
        containers: [
          {
            name: "gateway",
            args: ["c"],
            env: [
              { name: "A", value: "2" },
              { name: "B", value: "3" },
            ],
            volumeMounts: [
              { name: "run", mountPath: "/run" },
              { name: "more", mountPath: "/more" },
            ],
          },
          { name: "extra", image: "extra:1" },
        ],
        volumes: [
          { name: "run", emptyDir: { medium: "Memory" } },
          { name: "more", configMap: { name: "more" } },
        ],
        nodeSelector: { disk: "fast" },
      },
    });
  });

  it("takes out what it says is null, or to be deleted, and puts in what it says is to replace the rest", () => {
    const merged = strategicMerge(template, {
      metadata: null,
      spec: {
        securityContext: { $patch: "replace", runAsUser: 1 },
        containers: [{ name: "gateway", env: [{ name: "A", $patch: "delete" }], args: null }],
        volumes: [{ $patch: "replace" }, { name: "other", emptyDir: {} }],
      },
    });
    assert.deepEqual(merged, {
      spec: {
        securityContext: { runAsUser: 1 },
        tolerations: [{ key: "old" }],
        containers: [{ name: "gateway", env: [], volumeMounts: [{ name: "run", mountPath: "/run" }] }],
        volumes: [{ name: "other", emptyDir: {} }],
      },
    });
  });

  it("changes nothing where it says nothing or what is there, and is the same when it is made twice", () => {
    const value = fc.letrec((tie) => ({
      object: fc.dictionary(fc.constantFrom("a", "b", "containers", "env"), fc.oneof(fc.integer(), tie("object"), tie("list")), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      list: fc.uniqueArray(fc.record({ name: fc.constantFrom("x", "y", "z"), value: fc.integer() }, { noNullPrototype: true }), {
        selector: ({ name }) => name,
        maxLength: 3,
      }),
    }));
    fc.assert(
      fc.property(value.object, value.object, (before, patch) => {
        const [template, change] = [Object(before), Object(patch)];
        assert.deepEqual(strategicMerge(template, {}), template);
        assert.deepEqual(strategicMerge(template, template), template);
        const once = strategicMerge(template, change);
        assert.deepEqual(strategicMerge(once, change), once);
      }),
    );
  });
});
