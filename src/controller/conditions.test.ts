import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { error, type Problem } from "../problem.ts";
import { conditionsOf, endpointConditions, type Progress } from "./conditions.ts";
import { conditionOf, sameStatus, statusWith } from "./status.ts";

const problems: readonly Problem[] = [
  error("UnknownBackend", { source: "ConfigMap/pets/a.yaml", line: 3, column: 5, pointer: "/x" }, "There is none."),
  error("WrongValue", { source: "API/pets", line: 9, column: 1, pointer: "/spec/definition/0/key" }, "Wrong."),
];

const shown = (progress: Progress) => conditionsOf(progress).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

describe("conditions", () => {
  it("hold up to what an API stands at, which says why, and are unknown after that", () => {
    assert.deepEqual(shown({ at: "unresolved", problems }), [
      "Accepted=True Accepted",
      "ResolvedRefs=False UnknownBackend",
      "ImageReady=Unknown Waiting",
      "Programmed=Unknown Waiting",
      "Ready=False UnknownBackend",
    ]);
    assert.deepEqual(shown({ at: "building" }).slice(1, 3), ["ResolvedRefs=True Resolved", "ImageReady=False Building"]);
    assert.deepEqual(shown({ at: "applied", rollout: { kind: "complete", pods: 2 } }), [
      "Accepted=True Accepted",
      "ResolvedRefs=True Resolved",
      "ImageReady=True Built",
      "Programmed=True Applied",
      "Outdated=False Current",
      "Ready=True Ready",
    ]);
    const older = conditionsOf({ at: "applied", rollout: { kind: "complete", pods: 2 }, older: "The image was made long ago." });
    assert.deepEqual(
      older.slice(-2).map(({ type, status, message }) => [type, status, message.split(". ")[0]]),
      [
        ["Outdated", "True", "The image was made long ago"],
        ["Ready", "True", "2 pods serve."],
      ],
    );
  });

  it("say a document's line, and an object's field", () => {
    const [accepted] = conditionsOf({ at: "refused", problems });
    assert.equal(accepted?.message, "ConfigMap/pets/a.yaml:3:5: There is none.\nAPI/pets spec.definition[0].key: Wrong.");
  });

  it("say how many Problems there are more than have room", () => {
    const many = Array.from({ length: 50 }, () => error("WrongValue", { source: "a", line: 1, column: 1, pointer: "" }, "x".repeat(100)));
    const [accepted] = conditionsOf({ at: "refused", problems: many });
    assert.match(accepted?.message ?? "", /\n\(and 4\d more\)$/);
    assert.ok((accepted?.message.length ?? 0) < 1100);
  });

  it("of a TargetEndpoint are two, and one more where somebody has to change something", () => {
    const applied = endpointConditions({ at: "applied", rollout: { kind: "failed", message: "No room." } });
    assert.deepEqual(
      applied.map(({ type, status }) => `${type}=${status}`),
      ["Accepted=True", "Stalled=True", "Ready=False"],
    );
    const progressing = endpointConditions({ at: "applied", rollout: { kind: "progressing", message: "1 of 2." } });
    assert.deepEqual(
      progressing.map(({ type, status }) => `${type}=${status}`),
      ["Accepted=True", "Ready=False"],
    );
  });
});

describe("a status", () => {
  const sayings = conditionsOf({ at: "building" });
  const before = statusWith(undefined, { operations: 2, image: undefined }, sayings, 1, "2026-01-01T00:00:00Z");

  it("keeps a condition's time while its status is the same", () => {
    const after = statusWith(
      before,
      { operations: 2 },
      conditionsOf({ at: "applied", rollout: { kind: "complete", pods: 1 } }),
      2,
      "2026-02-02T00:00:00Z",
    );
    assert.equal(conditionOf(after, "Accepted")?.lastTransitionTime, "2026-01-01T00:00:00Z");
    assert.equal(conditionOf(after, "Ready")?.lastTransitionTime, "2026-02-02T00:00:00Z");
    assert.deepEqual([after.observedGeneration, after.operations, "image" in before], [2, 2, false]);
  });

  it("that says the same is the same, whenever it is said and in whatever order the cluster writes it", () => {
    const again = statusWith(before, { operations: 2 }, sayings, 1, "2026-02-02T00:00:00Z");
    assert.ok(sameStatus(Object.fromEntries(Object.entries(before).toReversed()), again));
    assert.ok(!sameStatus(before, statusWith(before, { operations: 3 }, sayings, 1, "2026-02-02T00:00:00Z")));
  });
});
