import assert from "node:assert/strict";
import { it } from "node:test";
import { inTime } from "./in-time.ts";

it("an answer counts while it is in time", async () => {
  assert.equal(await inTime(Promise.resolve("answer"), 60_000, () => "late"), "answer");
  assert.equal(await inTime(new Promise<string>(() => {}), 1, () => "late"), "late");
  await assert.rejects(
    inTime(Promise.reject(new Error("refused")), 60_000, () => "late"),
    /refused/,
  );
});
