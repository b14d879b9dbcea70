import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageContexts } from "../../../scripts/image-contexts.ts";
import { run } from "../cluster/command.ts";
import type { Namespace } from "./namespace.ts";
import { target, testImage } from "./target.ts";

/** Our own base images in the cluster's registry. */
interface BaseImages {
  readonly toolkit: string;
  readonly gateway: string;
  readonly operator: string;
}

let built: Promise<BaseImages> | undefined;

/** Builds them with Kaniko from deploy/images, once for a test file. */
export function baseImages(namespace: Pick<Namespace, "name">): Promise<BaseImages> {
  built ??= builtAnew(namespace);
  return built;
}

/** The same, from contexts that are made anew. */
export async function builtAnew(namespace: Pick<Namespace, "name">): Promise<BaseImages> {
  const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
  const name = (image: string): string => `${target.registry}/e2e/${repository}/${image}:1`;
  const repository = randomBytes(4).toString("hex");
  try {
    await imageContexts(folder);
    const build = (image: string, base: string): Promise<void> =>
      buildContext(namespace, { name: image, folder: join(folder, image), base, destination: name(image) });
    await build("toolkit", testImage("debian"));
    await build("gateway", testImage("debian"));
    await build("operator", name("toolkit"));
  } finally {
    await rm(folder, { recursive: true });
  }
  return { toolkit: name("toolkit"), gateway: name("gateway"), operator: name("operator") };
}

/** A Dockerfile's context, the image that it begins with, and where the image goes. */
interface ImageContext {
  readonly name: string;
  readonly folder: string;
  readonly base: string;
  readonly destination: string;
}

/** Builds a context with Kaniko, which gets it through its input. */
async function buildContext(namespace: Pick<Namespace, "name">, { name, folder, base, destination }: ImageContext): Promise<void> {
  const insecure = target.registryIsPlainHttp ? ["--insecure", "--insecure-pull"] : [];
  const args = ["--context=tar://stdin", "--dockerfile=Dockerfile", `--build-arg=BASE=${base}`, `--destination=${destination}`];
  const options = [
    "--namespace",
    namespace.name,
    "run",
    name,
    `--image=${testImage("kaniko")}`,
    "--restart=Never",
    "--rm",
    "--quiet",
    "--stdin",
  ];
  const command = [
    ...target.kubectl,
    ...options,
    "--",
    ...args,
    "--single-snapshot",
    "--reproducible",
    "--compression-level=1",
    ...insecure,
  ];
  await run(["sh", "-c", 'tar -C "$1" -c . | gzip -1 | { shift; exec "$@"; }', "sh", folder, ...command]);
}
