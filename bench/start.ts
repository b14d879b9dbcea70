import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { bundle } from "../scripts/bundle.ts";
import { findEnvoy } from "../src/apply/envoy/binary.ts";
import { writeAtomically } from "../src/apply/run-folder.ts";
import { socketsFolder } from "../src/compile/envoy/names.ts";
import { freePort } from "../testing/free-port.ts";
import { filesOf, modelOf, must } from "./gateway.ts";
import { interleaved, median, ratio, table } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const sample = "deploy/samples/petstore.yaml";

/** Milliseconds from the start of a program to its first 200; the program is ended then. */
async function untilAnswer(port: number, start: () => ChildProcess): Promise<number> {
  const began = performance.now();
  const child = start();
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode} before it answered`);
    await wait(1);
  }
  const took = performance.now() - began;
  child.kill("SIGTERM");
  await once(child, "exit");
  return took;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    request({ host: "127.0.0.1", port, path: "/v1/pets", agent: false }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode === 200));
    })
      .on("error", () => resolve(false))
      .end();
  });
}

/** `portico run` to its first 200 over plain Envoy, with the same files, to its own. Loading of the program is part of it. */
export async function benchStart(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-bench-"));
  const program = await bundle(join(folder, "dist"));
  const binary = must(await findEnvoy({ env: process.env, say: () => {} }));
  const [port, plainPort] = [await freePort(), await freePort()];
  const files = filesOf([modelOf(readFileSync(sample, "utf8"), "mock")], plainPort, await freePort());
  for (const [path, text] of files) await writeAtomically(join(folder, path), text);
  await mkdir(join(folder, socketsFolder), { mode: 0o700 });
  const run = ["run", sample, "--mock", "--unprotected", "--concurrency", "1", "--port", String(port), "--envoy", binary.path];
  const figures = await interleaved(rounds, {
    portico: () => untilAnswer(port, () => spawn(process.execPath, [program, ...run], { stdio: "ignore" })),
    envoy: () =>
      untilAnswer(plainPort, () =>
        spawn(binary.path, ["-c", "mounted/bootstrap.json", "--concurrency", "1", "--disable-hot-restart"], {
          cwd: folder,
          stdio: "ignore",
        }),
      ),
  });
  await rm(folder, { recursive: true });
  const seconds = (name: string): string => (median(figures.get(name) ?? []) / 1000).toFixed(3);
  return [
    `### Start: to the first 200 for the petstore, over plain Envoy (median of ${rounds} rounds)\n`,
    table(
      ["portico run, s", "Envoy alone, s", "ratio"],
      [[seconds("portico"), seconds("envoy"), ratio(figures, "portico", "envoy").toFixed(2)]],
    ),
  ].join("\n");
}
