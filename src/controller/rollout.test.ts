import assert from "node:assert/strict";
import { it } from "node:test";
import { rolloutOf } from "./rollout.ts";

const deployment = (status: object) => ({
  metadata: { generation: 2 },
  spec: { replicas: 2 },
  status: { observedGeneration: 2, ...status },
});
const whole = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

it("a Deployment's state is what `kubectl rollout status` reads", () => {
  const kinds = [
    { ...whole, observedGeneration: 1 },
    {},
    { ...whole, updatedReplicas: 1 },
    { ...whole, replicas: 3 },
    { ...whole, availableReplicas: 1 },
    whole,
    { ...whole, conditions: [{ type: "Progressing", status: "False", message: "Too long." }] },
    { conditions: [{ type: "ReplicaFailure", status: "True", message: "Quota." }] },
  ].map((status) => rolloutOf(deployment(status)));
  assert.deepEqual(
    kinds.map(({ kind }) => kind),
    ["progressing", "progressing", "progressing", "progressing", "progressing", "complete", "failed", "failed"],
  );
  assert.deepEqual(kinds[5], { kind: "complete", pods: 2 });
  assert.equal(rolloutOf({ metadata: {}, spec: {} }).kind, "progressing");
});
