import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Issuer, TokenVerifier } from "../model/security.ts";
import { stillBelieved } from "./believed-issuers.ts";

const tokens = (issuers: readonly Issuer[]): TokenVerifier => ({
  ...{ issuers, clockSkewSeconds: 60, maxLifetimeSeconds: undefined, cache: true, scopeClaims: [] },
});
const issuer = (name: string, keys: string, audiences: readonly string[]): Issuer => ({
  ...{ issuer: name, audiences, keys: { kind: "inline", json: keys } },
});
const still = (before: readonly Issuer[], now: readonly Issuer[]): readonly Issuer[] => stillBelieved(tokens(before), tokens(now)).issuers;

const issuers = fc.array(
  fc
    .tuple(fc.constantFrom("one", "two"), fc.constantFrom("k", "l"), fc.subarray(["a", "b", "c", "d"]))
    .map(([name, keys, audiences]) => issuer(name, keys, audiences)),
  { maxLength: 6 },
);

/** For whom an issuer is believed; `other` stands for all that are not named. */
const believed = (all: readonly Issuer[], keys?: string): readonly string[] =>
  ["one", "two"].flatMap((name) =>
    ["a", "b", "c", "d", "other"]
      .filter((audience) =>
        all.some(
          (one) =>
            one.issuer === name &&
            (one.audiences.length === 0 || one.audiences.includes(audience)) &&
            (keys === undefined || (one.keys.kind === "inline" && one.keys.json === keys)),
        ),
      )
      .map((audience) => `${name} for ${audience}`),
  );

describe("issuers that are still believed", () => {
  it("are believed for whom they were and still are, and by keys of now", () => {
    fc.assert(
      fc.property(issuers, issuers, (before, now) => {
        const result = still(before, now);
        for (const one of believed(result)) assert.ok(believed(before).includes(one), `${one} was not before`);
        for (const keys of ["k", "l"])
          for (const one of believed(result, keys)) assert.ok(believed(now, keys).includes(one), `${one} is not now, by ${keys}`);
      }),
    );
  });

  it("are all of them, where their keys are the same", () => {
    fc.assert(
      fc.property(issuers, issuers, (before, now) => {
        const [was, is] = [before, now].map((all) => all.filter(({ keys }) => keys.kind === "inline" && keys.json === "k"));
        assert.deepEqual(
          believed(still(was ?? [], is ?? [])),
          believed(was ?? []).filter((one) => believed(is ?? []).includes(one)),
        );
      }),
    );
  });

  it("are the same however often they are looked at, and no more than there are now", () => {
    fc.assert(
      fc.property(issuers, issuers, (before, now) => {
        const once = still(before, now);
        assert.deepEqual(still(once, now), once);
        assert.ok(once.length <= now.length);
      }),
    );
  });

  it("are found by looking at each once, though one stands there a thousand times", () => {
    let looked = 0;
    const many = Array.from({ length: 1024 }, (_, index): Issuer => {
      const { keys, audiences } = issuer("one", "k", ["a", `x${index}`]);
      return {
        ...{ keys, audiences },
        get issuer() {
          looked += 1;
          return "one";
        },
      };
    });
    const found = still(many, many);
    assert.deepEqual([found.length, found.flatMap(({ audiences }) => audiences).length], [1, 1025]);
    assert.ok(looked <= 4 * 2048, `it was looked ${looked} times`);
  });
});
