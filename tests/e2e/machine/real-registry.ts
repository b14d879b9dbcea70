import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "../../../testing/free-port.ts";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { unpackDaemons } from "../cluster/parts/daemons.ts";
import { reportFailure } from "../harness/report.ts";

/** A real registry (Debian's docker-registry) on this machine's loopback, over plain HTTP. It ends with its test, and is in the report of one that fails. */
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
  /** Where tokens are had that open it, and the certificate they are checked by. */
  readonly tokens?: { readonly realm: string; readonly issuer: string; readonly service: string; readonly certificate: string };
}

export async function startRealRegistry(
  t: TestContext,
  { readOnly = false, diskMiB, tokens }: RealRegistryOptions = {},
): Promise<RealRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
  const storage = join(folder, "storage");
  await mkdir(storage);
  if (diskMiB !== undefined) await run(["mount", "-t", "tmpfs", "-o", `size=${diskMiB}m`, "tmpfs", storage]);
  const host = `127.0.0.1:${await freePort()}`;
  const maintenance = readOnly ? ", maintenance: { readonly: { enabled: true } }" : "";
  const auth =
    tokens === undefined
      ? ""
      : `auth: { token: { realm: "${tokens.realm}", service: ${tokens.service}, issuer: "${tokens.issuer}", rootcertbundle: ${tokens.certificate} } }\n`;
  await writeFile(
    join(folder, "config.yml"),
    `version: 0.1\nlog: { level: info }\nstorage: { filesystem: { rootdirectory: ${storage} }${maintenance} }\nhttp: { addr: "${host}" }\n${auth}`,
  );
  const program = join(await unpackDaemons(() => {}), "usr/bin/docker-registry");
  const log = join(folder, "log");
  const output = openSync(log, "a");
  const child = spawn(program, ["serve", join(folder, "config.yml")], { stdio: ["ignore", output, output] });
  closeSync(output);
  // One after the other: its disk is in use while it runs.
  t.after(async () => {
    await reportFailure(t, [
      { what: `the end of the log of the registry on ${host}`, ask: () => run(["tail", "--lines=100", log]) },
      { what: "its files", ask: () => run(["du", "--all", "--apparent-size", storage]) },
    ]);
    const ended = once(child, "exit");
    if (child.kill("SIGKILL")) await ended;
    if (diskMiB !== undefined) await run(["umount", storage]);
    await rm(folder, { recursive: true });
  });
  const expected = tokens === undefined ? 200 : 401;
  await until("the registry answers", async () => (await fetch(`http://${host}/v2/`).catch(() => undefined))?.status === expected, 10_000);
  return { host, process: child, storage };
}
