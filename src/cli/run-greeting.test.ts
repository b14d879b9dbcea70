import assert from "node:assert/strict";
import { it } from "node:test";
import { ownCommand } from "./run-greeting.ts";

it("a person is told the command that works where they are", () => {
  const at = (program: string): string =>
    ownCommand({ argv: ["node", program], execPath: "/repo/node_modules/node/bin/node", cwd: () => "/repo" });
  assert.equal(at("/usr/bin/portico"), "portico");
  assert.equal(at("/repo/dist/portico.js"), "node dist/portico.js");
  assert.equal(at("/repo/src/cli/portico.ts"), "node_modules/node/bin/node src/cli/portico.ts");
});
