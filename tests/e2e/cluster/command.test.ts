import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";

/** Runs a shell's script as `npm run cluster exec` does. */
const program = `
import { runInForeground } from ${JSON.stringify(new URL("command.ts", import.meta.url).href)};
process.exitCode = await runInForeground(["sh", "-c", process.argv[1]]);
`;
const inForeground = (script: string): readonly string[] => [process.execPath, "--input-type=module", "--eval", program, script];

/** Starts a program in a group of its own, all of which ends with the test. */
function start(t: TestContext, [file = "", ...args]: readonly string[]): ChildProcess {
  const child = spawn(file, args, { detached: true, stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => {
    try {
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch {
      // All of it ended.
    }
  });
  return child;
}

/** Waits until a program has written a text to stdout. */
async function says(child: ChildProcess, text: string): Promise<void> {
  let said = "";
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    said += chunk;
    if (said.includes(text)) return;
  }
  assert.fail(`it ended, and said ${said}`);
}

describe("a program in the foreground", { timeout: 30_000 }, () => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`is ended by ${signal}: exit code ${code}, and nothing is left`, async (t) => {
      const child = start(t, inForeground("echo $$; exec sleep 1000"));
      const [said] = await once(child.stdout ?? assert.fail(), "data");
      child.kill(signal);
      assert.deepEqual(await once(child, "close"), [code, null]);
      assert.throws(() => process.kill(Number(said), 0), { code: "ESRCH" });
    });
  }

  it("may take its time when it is told to end, and say another exit code", async (t) => {
    const child = start(t, inForeground("trap 'echo told; read line; exit 7' INT; echo runs; while :; do sleep 0.01; done"));
    await says(child, "runs");
    child.kill("SIGINT");
    await says(child, "told");
    assert.equal(child.exitCode, null, "it is waited for");
    child.stdin?.end("\n");
    assert.deepEqual(await once(child, "close"), [7, null]);
  });

  it("is told once by Ctrl-C on a terminal", {
    skip: process.platform !== "linux" && "script(1) of util-linux makes the terminal",
  }, async (t) => {
    const shell = "trap 'count=x$count; echo told' INT; echo runs; read line || read line; echo told $count; exit 7";
    const quoted = inForeground(shell).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    const child = start(t, ["script", "--quiet", "--return", "--command", `exec ${quoted.join(" ")}`, "/dev/null"]);
    await says(child, "runs");
    child.stdin?.write("\x03");
    await says(child, "told");
    child.stdin?.write("\n");
    await says(child, "told x\r");
    assert.deepEqual(await once(child, "close"), [7, null]);
  });
});
