import assert from "node:assert/strict";
import { it } from "node:test";
import { sameStatus, statusWith } from "./status.ts";

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
