import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { unmountedBootstrap } from "../../src/compile/envoy/unmounted.ts";
import { testEnvoy } from "../../testing/envoy.ts";
import { freePort } from "../../testing/free-port.ts";
import { temporaryFolder } from "../../testing/portico.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

it("an image with nothing mounted lives, is not ready, and says so as cleanly as a gateway", { timeout: 60_000 }, async (t) => {
  const folder = await temporaryFolder(t);
  const [port, monitoring] = [await freePort(), await freePort()];
  const at = (number: number) => ({ host: "127.0.0.1", port: number });
  const bootstrap = unmountedBootstrap({ listener: { ...at(port), tls: undefined }, monitoring: at(monitoring) });
  await writeFile(join(folder, "bootstrap.json"), JSON.stringify(bootstrap));
  const args = ["-c", "bootstrap.json", "--disable-hot-restart", "--concurrency", "1", "--log-level", "error"];
  const envoy = spawn((await testEnvoy()).path, args, { cwd: folder, stdio: "ignore" });
  t.after(async () => {
    envoy.kill("SIGKILL");
    if (envoy.exitCode === null && envoy.signalCode === null) await once(envoy, "exit");
  });
  const lives = await until("it lives", () => send(monitoring, { send: "GET /livez" }).catch(() => undefined));
  assert.equal(lives.status, 200);
  const refused = [await send(port, { send: "GET /pets" }), await send(monitoring, { send: "GET /readyz" })];
  for (const answer of refused) assertProblem(answer, "503 not-mounted");
  for (const { headers } of [lives, ...refused]) {
    assert.equal(headers.server, undefined);
    assert.match(headers["x-request-id"] ?? "", /^[0-9a-f-]{36}$/);
  }
});
