import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import { crossingDocuments } from "../../../testing/documents/crossing.ts";
import type { WrittenDocument } from "../../../testing/documents/written-document.ts";
import { dropRepeatedCandidates, methodBeforePath, renamePrefixes } from "./faults.ts";
import { serveMocked } from "./gateway.ts";
import { disagreements, textsOf } from "./law.ts";

/** Requests that a comparison must find fault with, for each way in which a tree of paths can go wrong. */
describe("a fault that is put into the routes on purpose", () => {
  let documents: readonly WrittenDocument[] = [];
  before(() => {
    documents = fc.sample(crossingDocuments, { seed: 4, numRuns: 150 });
  });

  const faults: readonly (readonly [fault: string, change: (routes: string) => string])[] = [
    ["candidates of shorter prefixes missing from the lists of longer ones", dropRepeatedCandidates],
    ["the method chosen before the path", methodBeforePath],
    ["prefixes that are one letter short", renamePrefixes((prefix) => prefix.slice(0, -1))],
    ["prefixes that are one letter long", renamePrefixes((prefix) => `${prefix}s`)],
  ];
  for (const [fault, change] of faults) {
    it(`is found: ${fault}`, async (t) => {
      const found = await disagreements(await serveMocked(t, textsOf(documents), change), documents);
      t.diagnostic(`${found.length} requests disagree`);
      assert.notEqual(found.length, 0);
    });
  }

  it("is all there is to find: the routes as they were compiled agree", async (t) => {
    const unchanged = await serveMocked(t, textsOf(documents), (routes) => JSON.stringify(JSON.parse(routes)));
    assert.deepEqual(await disagreements(unchanged, documents), []);
  });
});
