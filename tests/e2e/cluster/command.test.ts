import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { runAlone } from "./command.ts";

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

describe("a program that is alone", { timeout: 30_000, skip: process.getuid?.() !== 0 && "namespaces need root" }, () => {
  it("signals nobody but itself, and that is an error", async () => {
    await assert.rejects(runAlone(["sh", "-c", "echo tar failed >&2; kill -HUP 0"]), /tar failed/);
    assert.equal(await runAlone(["sh", "-c", "echo done"]), "done\n");
  });

  it("ends with who started it", async (t) => {
    const caller = `
import { runAlone } from ${JSON.stringify(new URL("command.ts", import.meta.url).href)};
await runAlone(["sh", "-c", 'readlink /proc/self/ns/pid > "$1"; exec sleep 1000', "sh", process.argv[1]]);
`;
    const folder = await mkdtemp(join(tmpdir(), "portico-alone-"));
    const file = join(folder, "namespace");
    const child = start(t, [process.execPath, "--input-type=module", "--eval", caller, file]);
    t.after(() => rm(folder, { recursive: true }));
    // The file is there, and empty, before the namespace is in it.
    const namespace = await until("it runs", async () => existsSync(file) && ((await readFile(file, "utf8")).trim() || undefined));
    // Who is just becoming another program shows no namespace.
    await until("it is seen", () => lives(namespace));
    child.kill("SIGKILL");
    await until("it ended", () => !lives(namespace));
  });
});

/** Whether any process is in a namespace of process numbers. */
const lives = (namespace: string): boolean =>
  readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/pid`) === namespace;
    } catch {
      return false;
    }
  });
