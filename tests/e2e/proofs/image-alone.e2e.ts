import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { hashSync } from "bcryptjs";
import { z } from "zod";
import { digestOf, imageManifest } from "../../../src/image/oci.ts";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { baseImages } from "../harness/base-images.ts";
import { portico, pushed, registryOptions } from "../harness/gateway.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

const responses = { "200": { description: "ok", content: { "text/plain": { example: "a cat" } } } };
const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  components: { securitySchemes: { staff: { type: "http", scheme: "basic" } } },
  paths: { "/pets": { get: { responses } }, "/staff": { get: { security: [{ staff: [] }], responses } } },
});

/** Passwords are what the policy agent checks, and not Envoy. */
const resources = [
  {
    ...{ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name: "staff" } },
    spec: { type: "basic", basic: { users: { name: "users" } } },
  },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "users" }, stringData: { htpasswd: `ann:${hashSync("correct horse", 4)}` } },
];

/** How an image's configuration says that it is run (OCI image specification: config.md). */
const runs = z.looseObject({
  config: z.looseObject({
    User: z.string().regex(/^\d+:\d+$/),
    Env: z.array(z.string()),
    Entrypoint: z.array(z.string()),
    Cmd: z.array(z.string()),
    WorkingDir: z.string(),
  }),
});

interface UnpackedImage {
  readonly root: string;
  readonly runs: z.infer<typeof runs>["config"];
}

/** Unpacks an image as a container runtime does, layer on layer. */
async function unpacked(image: string, folder: string): Promise<UnpackedImage> {
  const [copy, root] = [join(folder, "copy"), join(folder, "root")];
  const plain = target.registryIsPlainHttp ? ["--src-tls-verify=false"] : [];
  await run(["skopeo", "--insecure-policy", "copy", "--quiet", ...plain, `docker://${image}`, `dir:${copy}`]);
  await mkdir(root);
  const blob = (digest: string): string => join(copy, digest.replace("sha256:", ""));
  const { config, layers } = imageManifest.parse(JSON.parse(await readFile(join(copy, "manifest.json"), "utf8")));
  for (const { digest } of layers) await run(["tar", "-xf", blob(digest), "-C", root]);
  // What every container runtime adds (OCI runtime specification: "Default Devices", "Default Filesystems").
  await mkdir(join(root, "dev/shm"), { recursive: true });
  await run(["chmod", "1777", join(root, "dev/shm")]);
  await run(["cp", "--archive", "/dev/null", "/dev/urandom", join(root, "dev")]);
  return { root, runs: runs.parse(JSON.parse(await readFile(blob(config.digest), "utf8"))).config };
}

/** Starts an image's root file system as its configuration says: nothing of this machine's files is seen in it. */
function start(t: TestContext, { root, runs: { User, Env, Entrypoint, Cmd, WorkingDir } }: UnpackedImage) {
  const [user = "", group = ""] = User.split(":");
  const inRoot = ["unshare", "--root", root, "--wd", WorkingDir, "--setgid", group, "--setuid", user];
  const [command = "", ...args] = [...inRoot, "env", "-i", ...Env, ...Entrypoint, ...Cmd];
  const child = spawn(command, args, { stdio: "ignore" });
  const ended = once(child, "exit");
  t.after(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  return { child, ended };
}

const answer = (port: number, path: string) =>
  until(
    `port ${port} answers`,
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      return response && { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
    },
    20_000,
  );

describe("a gateway's image without a cluster", { timeout: 300_000 }, () => {
  it("runs by itself: says what is missing, and serves once that is mounted", async (t) => {
    const namespace = await makeNamespace(t);
    const folder = await testFolder(t);
    await writeFile(join(folder, "pets.json"), document);
    await writeFile(join(folder, "staff.yaml"), resources.map((one) => JSON.stringify(one)).join("\n---\n"));
    const sources = [join(folder, "pets.json"), "--mock", "--resources", join(folder, "staff.yaml")];
    const { gateway } = await baseImages(namespace);
    const names = ["--base", pushed(gateway), "--to", pushed(`${target.registry}/e2e/${namespace.name}/pets`)];
    const image = (await portico("image", "build", ...sources, ...names, ...registryOptions)).trim();
    const whole = await unpacked(image.replace(/:[^:@/]+@/, "@"), folder);
    const { root } = whole;
    assert.deepEqual((await readdir(join(root, "gateway"))).toSorted(), ["cache", "image", "mounted", "run", "unmounted"]);
    await t.test("with nothing mounted", async (alone) => {
      start(alone, whole);
      const missing = await answer(8080, "/pets");
      assert.deepEqual([missing.status, missing.type], [503, "application/problem+json"]);
      assert.match(missing.body, /mount the folder `mounted` .* at \/gateway\/mounted/);
      assert.equal((await answer(8081, "/livez")).status, 200);
      assert.equal((await answer(8081, "/readyz")).status, 503);
    });
    await t.test("as a file that other programs read", async () => {
      const [file, copy] = [join(folder, "pets.tar"), join(folder, "of-file")];
      const to = ["--base", pushed(gateway), "--to", "pets", "--builder", "tar", "--out", file];
      const digest = (await portico("image", "build", ...sources, ...to, ...registryOptions)).trim().replace(/^.*@/, "");
      await run(["skopeo", "--insecure-policy", "copy", "--quiet", "--preserve-digests", `oci-archive:${file}`, `dir:${copy}`]);
      assert.equal(digestOf(await readFile(join(copy, "manifest.json"))), digest);
    });
    await portico("build", ...sources, "--out", join(folder, "made"));
    await rm(join(root, "gateway/mounted"), { recursive: true });
    await cp(join(folder, "made/mounted"), join(root, "gateway/mounted"), { recursive: true });
    await run(["chown", "-R", "65532:65532", join(root, "gateway/mounted"), join(root, "gateway/run"), join(root, "gateway/cache")]);
    await t.test("with the environment mounted", async (mounted) => {
      const { child, ended } = start(mounted, whole);
      await until("it is ready", async () => (await answer(8081, "/readyz")).status === 200, 20_000);
      const pets = await answer(8080, "/pets");
      assert.deepEqual([pets.status, pets.body], [200, "a cat"]);
      const staff = async (password: string): Promise<number> => {
        const authorization = `Basic ${Buffer.from(`ann:${password}`).toString("base64")}`;
        return (await fetch("http://127.0.0.1:8080/staff", { headers: { authorization } })).status;
      };
      await until("the policy agent answers", async () => (await staff("correct horse")) === 200, 20_000);
      assert.equal(await staff("a guess"), 401);
      child.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null], "it ends by itself, as if nothing was wrong");
    });
  });
});
