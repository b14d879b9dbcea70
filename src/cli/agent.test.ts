import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { it } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { replaceFile, temporaryFolder } from "../../testing/portico.ts";
import { until } from "../../testing/until.ts";

it("the policy agent is ready once it has a configuration, and not before; it goes when it is told to", async (t) => {
  const folder = await temporaryFolder(t);
  const port = await freePort();
  const program = new URL("agent.ts", import.meta.url).pathname;
  const options = ["--file", join(folder, "agent.json"), "--socket", join(folder, "agent.sock"), "--ready-port", String(port)];
  const agent = spawn(process.execPath, [program, ...options], { stdio: "ignore" });
  t.after(() => agent.kill("SIGKILL"));
  const answer = (path: string): Promise<number | undefined> =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ status }) => status,
      () => undefined,
    );
  assert.equal(await until("it listens", () => answer("/readyz")), 503);
  await replaceFile(join(folder, "agent.json"), JSON.stringify({ version_info: "1", securities: [] }));
  await until("it is ready", async () => (await answer("/readyz")) === 200);
  assert.equal(await answer("/"), 503);
  const ended = once(agent, "exit");
  agent.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
});
