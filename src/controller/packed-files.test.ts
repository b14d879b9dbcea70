import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { packFiles } from "./packed-files.ts";

describe("packed files", () => {
  it("are what they were, whatever they hold", () => {
    const text = fc.string({ unit: "binary" }).map((one) => one.toWellFormed());
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), text)), (entries) => {
        const files = new Map(entries);
        const packed = packFiles(files);
        assert.deepEqual([...packed.open()], [...files]);
        assert.deepEqual([...packed.open()], [...files]);
      }),
    );
  });
});
