import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { it } from "node:test";
import { linesOf } from "./lines.ts";

it("lines come whole however they are cut, and nothing more after one that is wrong or too long", async () => {
  const from = new PassThrough();
  const taken: string[] = [];
  let wrong = 0;
  linesOf(
    from,
    (line) => {
      if (line === "bad") throw new Error("on purpose");
      taken.push(line);
    },
    () => void wrong++,
  );
  for (const piece of ["on", "e\ntwo\n", "\nthr", "ee\n", "bad\nfour\n"]) from.write(piece);
  await new Promise(setImmediate);
  assert.deepEqual([taken, wrong], [["one", "two", "", "three"], 1]);
  const long = new PassThrough({ highWaterMark: 2 ** 27 });
  let isLong = false;
  linesOf(long, assert.fail, () => {
    isLong = true;
  });
  for (let index = 0; index < 34; index++) long.write("x".repeat(1024 * 1024));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.ok(isLong);
});
