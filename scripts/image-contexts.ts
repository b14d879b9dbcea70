// Prepares what the Dockerfiles in deploy/images copy, so that building them needs no network: `npm run images -- DIR` makes DIR/toolkit,
// DIR/gateway and DIR/operator. Then `docker build DIR/gateway`, or Kaniko, makes the image.

import { spawnSync } from "node:child_process";
import { chmod, copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { findEnvoy } from "../src/apply/envoy/binary.ts";
import { containerEnvironment } from "../src/compile/container-environment.ts";
import { unmountedBootstrap } from "../src/compile/envoy/unmounted.ts";
import { bundle, bundleGateway } from "./bundle.ts";
import { alikeForAll, markFolder, whyNotInto } from "./made-folder.ts";

const dockerfiles = resolve(import.meta.dirname, "../deploy/images");

/** A shared library of this machine, which is what Node was started with. */
function libraryPath(name: string): string {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  const line = stdout.split("\n").find((one) => one.trim().startsWith(`${name} `));
  const path = line?.split(" => ")[1];
  if (path === undefined) throw new Error(`${name} is not here: it is a library that Node 26 needs.`);
  return path;
}

async function program(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o755);
}

/** Node, and the library that it needs. */
async function node(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await program(process.execPath, join(folder, "node"));
  await copyFile(libraryPath("libatomic.so.1"), join(folder, "libatomic.so.1"));
}

async function toolkitContext(folder: string): Promise<void> {
  await node(folder);
  await bundle(join(folder, "portico"));
  await cp(join(dockerfiles, "toolkit.Dockerfile"), join(folder, "Dockerfile"));
}

async function operatorContext(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(join(dockerfiles, "operator.Dockerfile"), join(folder, "Dockerfile"));
}

async function gatewayContext(folder: string): Promise<void> {
  const envoy = await findEnvoy({ env: process.env, say: (line) => process.stderr.write(`${line}\n`) });
  if (!envoy.ok) throw new Error(envoy.problems.map(({ message }) => message).join("\n"));
  await node(folder);
  await bundleGateway(join(folder, "portico"));
  for (const name of ["cache", "mounted", "run", "unmounted"]) await mkdir(join(folder, "gateway", name), { recursive: true });
  // A layer has no empty folder that COPY would make without something in it.
  for (const name of ["cache", "mounted", "run"]) await writeFile(join(folder, "gateway", name, ".keep"), "");
  await writeFile(join(folder, "gateway/unmounted/bootstrap.json"), `${JSON.stringify(unmountedBootstrap(containerEnvironment))}\n`);
  await program(envoy.value.path, join(folder, "envoy"));
  await cp(join(dockerfiles, "gateway.Dockerfile"), join(folder, "Dockerfile"));
}

const contexts = ["toolkit", "gateway", "operator"];

/** Makes the contexts in a folder, which are emptied first: it is one that this made before, or nothing is in it (see `whyNotInto`). */
export async function imageContexts(folder: string): Promise<void> {
  for (const name of contexts) await rm(join(folder, name), { recursive: true, force: true });
  await markFolder(folder);
  await Promise.all([
    toolkitContext(join(folder, "toolkit")),
    gatewayContext(join(folder, "gateway")),
    operatorContext(join(folder, "operator")),
  ]);
  for (const name of contexts) await alikeForAll(join(folder, name));
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    process.stderr.write("Name a folder: npm run images -- DIR\n");
    process.exitCode = 2;
  } else {
    const why = await whyNotInto(folder);
    if (why === undefined) await imageContexts(folder);
    else {
      process.stderr.write(`${why}\n`);
      process.exitCode = 1;
    }
  }
}
