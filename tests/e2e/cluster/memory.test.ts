import assert from "node:assert/strict";
import { it } from "node:test";
import { memoryIn, memoryOf, showMemory } from "./memory.ts";

const mebibyte = 2 ** 20;

it("a cluster's memory is that of its processes and of files in memory, in both versions of control groups", () => {
  const version1 = [
    "cache 9",
    "rss 8",
    "shmem 7",
    `total_cache 1${"0".repeat(9)}`,
    `total_rss ${300 * mebibyte}`,
    `total_shmem ${50 * mebibyte}`,
  ];
  const version2 = [`anon ${300 * mebibyte}`, `file 1${"0".repeat(9)}`, `shmem ${50 * mebibyte}`, "inactive_anon 7", "anon_thp 8"];
  for (const stat of [version1, version2]) {
    assert.deepEqual(memoryIn(`${stat.join("\n")}\n`), { processes: 300 * mebibyte, files: 50 * mebibyte });
  }
});

it("it is said with what is counted", () => {
  const said = showMemory({ processes: 300 * mebibyte, files: 50 * mebibyte });
  assert.equal(said, "350 MiB (processes 300, files in memory 50; cached files of the disk not counted)");
});

it("a cluster that is not there uses none", () => assert.deepEqual(memoryOf("none-of-this-name"), { processes: 0, files: 0 }));
