import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("main.ts", import.meta.url));

const wrong = {
  "": /^Say what to do\./,
  fly: /^There is no command fly\./,
  "up now": /^up takes 0 operands, not 1\./,
  "down --json": /^down has no --json: status has\./,
  "up --json": /^up has no --json: status has\./,
  "up --name A_B": /^A_B is no name of a cluster/,
  "load-image layout": /^load-image takes 2 operands, not 1\./,
  "up --fast": /'--fast'/,
};

for (const [said, why] of Object.entries(wrong)) {
  it(`\`npm run cluster ${said}\` is wrong usage`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...said.split(" ").filter(Boolean)], { encoding: "utf8" });
    assert.match(stderr, why);
    assert.equal(stdout, "");
    assert.equal(status, 2);
  });
}
