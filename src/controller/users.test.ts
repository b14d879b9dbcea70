import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { makeUsers } from "./users.ts";

it("who uses what is what was said last of each", () => {
  const names = fc.constantFrom("a", "b", "c", "d");
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.uniqueArray(names))), (sayings) => {
      const seen = new Map<string, string>();
      const users = makeUsers((used) => seen.set(used, [...users.of(used)].toSorted().join()));
      const last = new Map<string, readonly string[]>();
      for (const [user, used] of sayings) {
        users.set(user, used);
        last.set(user, used);
      }
      for (const [used, told] of seen) assert.equal(told, [...users.of(used)].toSorted().join(), "who was told last knows all");
      for (const used of ["a", "b", "c", "d"])
        assert.deepEqual(
          [...users.of(used)].toSorted(),
          [...last]
            .filter(([, all]) => all.includes(used))
            .map(([user]) => user)
            .toSorted(),
        );
    }),
  );
});
