import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findEnvoy } from "../../../../src/apply/envoy/binary.ts";
import { cacheFolder } from "../../../../src/apply/envoy/binary-cache.ts";
import { cached, keyOf } from "../parts/cache.ts";
import type { Parts } from "../parts/parts.ts";
import { debianImage } from "./debian-image.ts";
import { type LayerFile, writeLayer } from "./layer.ts";
import { type ImageConfig, type TestImage, writeImage } from "./layout.ts";

interface Recipe {
  readonly name: string;
  readonly base?: TestImage;
  readonly files: readonly LayerFile[];
  readonly config: ImageConfig;
}

const echoProgram = fileURLToPath(new URL("../../../../testing/echo.ts", import.meta.url));

/** Makes an image if the cache has none. */
async function madeImage({ name, base, files, config }: Recipe): Promise<TestImage> {
  const made = files.map((file) => ("from" in file ? { ...file, from: identity(file.from) } : file));
  const key = keyOf(JSON.stringify({ base: base?.key, files: made, config }));
  const folder = await cached(`image-${name}`, key, async (aside) => {
    const work = await mkdtemp(join(aside, "work-"));
    await writeImage(aside, base, await writeLayer(work, files), name, config);
    await rm(work, { recursive: true });
  });
  return { name, key, folder };
}

/** What a file's content is known by: Node by its version, a cached part by its folder's name, which has a key of its own; others by themselves. */
function identity(path: string): string {
  if (path === process.execPath) return process.version;
  return path.startsWith(cacheFolder(process.env)) ? path.slice(cacheFolder(process.env).length) : readFileSync(path, "utf8");
}

/** What a Redis that is Debian's needs beside the base image. */
const redisLibraries = ["libjemalloc.so.2", "liblzf.so.1"];
const redisProgram = ({ redis }: Parts): string => join(redis, "usr/bin/redis-check-rdb");

const program = (path: string, from: string): LayerFile => ({ path, from, mode: 0o755 });
const nobody = "65532:65532";

/** All images that every test cluster has in its registry, each under the tag `test`. */
export async function makeImages(parts: Parts, say: (line: string) => void): Promise<readonly TestImage[]> {
  const envoy = await findEnvoy({ env: process.env, say });
  if (!envoy.ok) throw new Error(envoy.problems.map(({ message }) => message).join("\n"));
  const base = await debianImage(say);
  const node = await madeImage({
    name: "node",
    base,
    files: [program("usr/local/bin/node", process.execPath)],
    config: { Entrypoint: ["/usr/local/bin/node"], User: nobody },
  });
  return [
    base,
    node,
    await madeImage({
      name: "pause",
      files: [program("pause", parts.pause)],
      config: { Entrypoint: ["/pause"], User: nobody },
    }),
    await madeImage({
      name: "coredns",
      files: [program("coredns", parts.coredns)],
      config: { Entrypoint: ["/coredns"] },
    }),
    await madeImage({
      name: "kaniko",
      files: [
        program("kaniko/executor", parts.kaniko),
        { path: "kaniko/.docker/config.json", text: "{}", mode: 0o644 },
        { path: "kaniko/ssl/certs/ca-certificates.crt", from: "/etc/ssl/certs/ca-certificates.crt", mode: 0o644 },
        { path: "workspace", folder: true, mode: 0o755 },
      ],
      config: {
        Entrypoint: ["/kaniko/executor"],
        Env: ["PATH=/kaniko", "HOME=/root", "SSL_CERT_DIR=/kaniko/ssl/certs", "DOCKER_CONFIG=/kaniko/.docker"],
        WorkingDir: "/workspace",
      },
    }),
    await madeImage({
      name: "envoy",
      base,
      files: [program("usr/local/bin/envoy", envoy.value.path)],
      config: { Entrypoint: ["/usr/local/bin/envoy"], User: nobody },
    }),
    await madeImage({
      name: "ratelimit",
      files: [program("bin/ratelimit", parts.ratelimit)],
      config: { Entrypoint: ["/bin/ratelimit"], User: nobody },
    }),
    await madeImage({
      name: "redis",
      base,
      files: [
        // One program, which is a server by that name (its package links it so).
        program("usr/local/bin/redis-server", redisProgram(parts)),
        ...redisLibraries.map((name) => program(`usr/lib/${name}`, join(parts.redis, "usr/lib/x86_64-linux-gnu", name))),
      ],
      config: { Entrypoint: ["/usr/local/bin/redis-server"], Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], User: nobody },
    }),
    await madeImage({
      name: "echo",
      base: node,
      files: [{ path: "app/echo.ts", from: echoProgram, mode: 0o644 }],
      config: { Entrypoint: ["/usr/local/bin/node", "/app/echo.ts"], Env: ["HOST=0.0.0.0", "PORT=8080"], User: nobody },
    }),
  ];
}
