import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { cached, cachedAsTaken } from "./cache.ts";

describe("the cache of parts", () => {
  const folder = mkdtempSync(join(tmpdir(), "portico-cache-"));
  const given = process.env.XDG_CACHE_HOME;
  before(() => {
    process.env.XDG_CACHE_HOME = folder;
  });
  after(() => {
    if (given === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = given;
    rmSync(folder, { recursive: true });
  });

  const writing = (text: string) => (aside: string) => writeFile(join(aside, "file"), text);
  const mustNot = () => assert.fail("it is there");

  it("makes a part once, also for two at once", async () => {
    let made = 0;
    const make = async (aside: string): Promise<void> => {
      made += 1;
      await writing("a")(aside);
    };
    const [first, second] = await Promise.all([cached("part", "k1", make), cached("part", "k1", make)]);
    assert.equal(first, second);
    assert.equal(made, 1);
    assert.equal(readFileSync(join(first, "file"), "utf8"), "a");
  });

  it("has nothing of a part whose making failed", async () => {
    await assert.rejects(
      cached("part", "k2", async (aside) => {
        await writing("half")(aside);
        throw new Error("cut off");
      }),
      /cut off/,
    );
    assert.equal(readFileSync(join(await cached("part", "k2", writing("whole")), "file"), "utf8"), "whole");
  });

  it("names a part by what was taken, also when it is asked again for what was wanted, and by whoever wants what was taken", async () => {
    const make = async (aside: string): Promise<string> => {
      await writing("newest")(aside);
      return "newest";
    };
    const part = await cachedAsTaken("debian", "pinned", make);
    assert.equal(basename(part), "debian-newest");
    assert.equal(await cachedAsTaken("debian", "pinned", mustNot), part);
    assert.equal(await cached("debian", "newest", mustNot), part);
    assert.equal(await cachedAsTaken("debian", "pinned-before", make), part);
    assert.equal(readFileSync(join(part, "file"), "utf8"), "newest");
    rmSync(part, { recursive: true });
    assert.equal(await cachedAsTaken("debian", "pinned", make), part);
    assert.ok(existsSync(join(part, "file")));
  });
});
