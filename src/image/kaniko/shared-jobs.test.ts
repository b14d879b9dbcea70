import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sharedJobs } from "./shared-jobs.ts";

describe("a Job that several builds wait for", () => {
  it("is removed by the last of them, whoever fails before, and made anew only after that", async () => {
    const jobs = sharedJobs();
    const done: string[] = [];
    const removal = Promise.withResolvers<void>();
    const build = (name: string, end: Promise<unknown>): Promise<unknown> =>
      jobs.shared(
        "job",
        async () => done.push(`${name} makes`),
        () => end,
        async () => {
          done.push(`${name} removes`);
          await removal.promise;
          done.push("it is gone");
        },
      );
    const end = Promise.withResolvers<void>();
    const last = build("last", end.promise);
    await assert.rejects(build("first", Promise.reject(new Error("ended"))));
    assert.deepEqual(done, ["last makes", "first makes"]);
    end.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    const next = build("next", Promise.resolve());
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(done.slice(2), ["last removes"]);
    removal.resolve();
    await Promise.all([last, next]);
    assert.deepEqual(done.slice(3), ["it is gone", "next makes", "next removes", "it is gone"]);
  });

  it("is removed where it could not be made, for it may be there", async () => {
    let removed = 0;
    const failing = sharedJobs().shared(
      "job",
      () => Promise.reject(new Error("no answer")),
      () => assert.fail("it was not made"),
      async () => removed++,
    );
    await assert.rejects(failing, /no answer/);
    assert.equal(removed, 1);
  });
});
