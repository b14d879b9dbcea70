import assert from "node:assert/strict";
import { it } from "node:test";
import { Redacted } from "../redacted.ts";
import type { GatewaySummary } from "./compiled-gateways.ts";
import { makeLastGood } from "./last-good.ts";
import { packFiles } from "./packed-files.ts";

const summaryOf = (inputHash: string): GatewaySummary => ({
  ...{ inputHash, documentHash: "", manifest: { contract: 1, inputHash, apis: [] }, version: "1", operations: 0 },
  ...{ endpoints: [], verifiers: [], ofKinds: [], securities: [], references: [], limits: [] },
  ...{ mounted: packFiles(new Map()), image: undefined, problems: [], unresolved: [] },
  values: new Map([["Secret/clients", new Map([["of", new Redacted(inputHash)]])]]),
});

it("of an API only what is mounted is kept, however many images it tried", () => {
  const lastGood = makeLastGood();
  lastGood.serves("a/pets", summaryOf("serves"), true);
  for (const tried of ["1", "2", "3"]) {
    lastGood.serves("a/pets", summaryOf(tried), false);
    lastGood.keepMounted("a/pets", (input) => input === "serves" || input === tried);
  }
  const known = (input: string) => lastGood.values("a/pets", input, "all")?.get("Secret/clients")?.get("of")?.reveal();
  assert.deepEqual(["serves", "3"].map(known), ["serves", "3"]);
  lastGood.keepMounted("a/pets", (input) => input === "serves");
  // Of one that is not known, it is what the others have.
  assert.deepEqual(["1", "2", "3"].map(known), ["serves", "serves", "serves"]);
});
