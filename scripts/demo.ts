// `npm run demo`: a real cluster on this machine, the operator in it, and an API that serves, step by step. `npm run demo -- down` leaves nothing of it.

import { runInForeground } from "../tests/e2e/cluster/command.ts";
import { down } from "../tests/e2e/cluster/down.ts";
import { aloneOnMachine } from "../tests/e2e/cluster/lock.ts";
import { enteringNetwork } from "../tests/e2e/cluster/node.ts";
import { cannotRun } from "../tests/e2e/cluster/parts/debian.ts";
import { say } from "../tests/e2e/cluster/progress.ts";
import { testEnvironment } from "../tests/e2e/cluster/test-environment.ts";
import { up } from "../tests/e2e/cluster/up.ts";

const cluster = "demo";

async function demo(): Promise<number> {
  const why = await cannotRun();
  if (why !== undefined) {
    say(why);
    return 1;
  }
  const { node, parts } = await up(cluster, say);
  const env = { ...process.env, ...testEnvironment(cluster, parts), PORTICO_E2E_REPORT: "/dev/null" };
  return runInForeground(enteringNetwork(node, [process.execPath, "scripts/demo-steps.ts", cluster]), env);
}

const [command, ...more] = process.argv.slice(2);
if (more.length > 0 || (command !== undefined && command !== "down")) {
  say("Usage: npm run demo, or npm run demo -- down");
  process.exitCode = 2;
} else if (command === "down") await aloneOnMachine(() => down(cluster));
else process.exitCode = await demo();
