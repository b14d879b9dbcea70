import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { it } from "node:test";

const script = join(import.meta.dirname, "e2e.ts");
/** Who is not root cannot have a cluster. */
const somebody = process.getuid?.() === 0 ? { uid: 65_534 } : {};

it("`npm run e2e` is skipped where no cluster can be, but in CI, where that is a failure", () => {
  for (const [env, status, says] of [
    [{}, 0, /^Skipped\. A test cluster needs /],
    [{ CI: "true" }, 1, /^A test cluster needs /],
  ] as const) {
    const ended = spawnSync(process.execPath, [script], { env: { PATH: process.env.PATH ?? "", ...env }, encoding: "utf8", ...somebody });
    assert.match(ended.stderr, says);
    assert.equal(ended.status, status);
  }
});
