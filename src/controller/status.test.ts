import assert from "node:assert/strict";
import { it } from "node:test";
import { error, wholeFile } from "../problem.ts";
import type { Reason } from "../reason.ts";
import type { JsonObject } from "../text/node.ts";
import { conditionsOf, endpointConditions, type Progress } from "./conditions.ts";
import { conditionOf, sameStatus, statusWith } from "./status.ts";

const ready = (status: "True" | "False") => ({ type: "Ready", status, reason: "Ready", message: "" }) as const;

it("a status says of which generation it is, and since when each condition holds", () => {
  const first = statusWith(undefined, { image: "r/pets" }, [ready("True")], 1, "2026-01-01T00:00:00Z");
  const second = statusWith(first, first, [ready("True")], 2, "2026-01-02T00:00:00Z");
  assert.deepEqual(second, {
    image: "r/pets",
    observedGeneration: 2,
    conditions: [{ ...ready("True"), observedGeneration: 2, lastTransitionTime: "2026-01-01T00:00:00Z" }],
  });
  const third = statusWith(second, { ...second, image: undefined }, [ready("False")], 2, "2026-01-03T00:00:00Z");
  assert.deepEqual(third.conditions, [{ ...ready("False"), observedGeneration: 2, lastTransitionTime: "2026-01-03T00:00:00Z" }]);
  assert.equal("image" in third, false);
  assert.ok(sameStatus(second, statusWith(second, second, [ready("True")], 2, "2026-01-09T00:00:00Z")));
});

/** What Argo CD, Flux and others take from a status of a kind that they do not know (kstatus: its generic properties, then `Ready`). */
function kstatus(generation: number, status: JsonObject): "InProgress" | "Failed" | "Current" {
  const holds = (type: string): boolean => conditionOf(status, type)?.status === "True";
  if (status.observedGeneration !== generation || holds("Reconciling")) return "InProgress";
  if (holds("Stalled")) return "Failed";
  return holds("Ready") ? "Current" : "InProgress";
}

it("a status is read by kstatus's generic rules: current where all is done that its generation asks for, failed where somebody has to change something", () => {
  const problemsOf = (reason: Reason) => [error(reason, wholeFile("API/pets"), "Wrong.")];
  const problems = problemsOf("WrongValue");
  const unready: readonly (readonly [Progress, "InProgress" | "Failed"])[] = [
    [{ at: "refused", problems }, "Failed"],
    [{ at: "unresolved", problems: problemsOf("DefinitionMissing") }, "InProgress"],
    [{ at: "building" }, "InProgress"],
    [{ at: "unbuilt", problems: problemsOf("RegistryUnreachable") }, "InProgress"],
    [{ at: "unbuilt", problems: problemsOf("TagConflict") }, "Failed"],
    [{ at: "unapplied", problems: problemsOf("ClusterFailed") }, "InProgress"],
    [{ at: "applied", rollout: { kind: "progressing", message: "1 of 2." } }, "InProgress"],
    [{ at: "applied", rollout: { kind: "failed", message: "No room." } }, "Failed"],
  ];
  const done: Progress = { at: "applied", rollout: { kind: "complete", pods: 1 } };
  for (const conditions of [conditionsOf, endpointConditions]) {
    const statusOf = (progress: Progress): JsonObject => statusWith(undefined, {}, conditions(progress), 2, "2026-01-01T00:00:00Z");
    assert.equal(kstatus(2, statusOf(done)), "Current");
    assert.equal(kstatus(3, statusOf(done)), "InProgress", "of a generation before");
    for (const [progress, expected] of unready) {
      assert.equal(kstatus(2, statusOf(progress)), expected, progress.at);
      const types = conditions(progress).map(({ type }) => type);
      assert.deepEqual(types, [...new Set(types)]);
    }
  }
});
