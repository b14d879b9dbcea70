import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "../../../testing/free-port.ts";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { unpackDaemons } from "../cluster/parts/daemons.ts";

/** A real registry (Debian's docker-registry) on this machine's loopback, over plain HTTP. It ends with its test. */
export interface RealRegistry {
  readonly host: string;
  readonly process: ChildProcess;
  /** Where it keeps blobs. */
  readonly storage: string;
}

interface RealRegistryOptions {
  readonly readOnly?: boolean;
  /** How large its disk is, for one that becomes full. */
  readonly diskMiB?: number;
}

export async function startRealRegistry(t: TestContext, { readOnly = false, diskMiB }: RealRegistryOptions = {}): Promise<RealRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
  const storage = join(folder, "storage");
  await mkdir(storage);
  if (diskMiB !== undefined) await run(["mount", "-t", "tmpfs", "-o", `size=${diskMiB}m`, "tmpfs", storage]);
  const host = `127.0.0.1:${await freePort()}`;
  const maintenance = readOnly ? ", maintenance: { readonly: { enabled: true } }" : "";
  await writeFile(
    join(folder, "config.yml"),
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${storage} }${maintenance} }\nhttp: { addr: "${host}" }\n`,
  );
  const program = join(await unpackDaemons(() => {}), "usr/bin/docker-registry");
  const child = spawn(program, ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  // One after the other: its disk is in use while it runs.
  t.after(async () => {
    const ended = once(child, "exit");
    if (child.kill("SIGKILL")) await ended;
    if (diskMiB !== undefined) await run(["umount", storage]);
    await rm(folder, { recursive: true });
  });
  await until("the registry answers", async () => (await fetch(`http://${host}/v2/`).catch(() => undefined))?.status === 200, 10_000);
  return { host, process: child, storage };
}
