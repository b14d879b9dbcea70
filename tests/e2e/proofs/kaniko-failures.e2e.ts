import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { porticoCommand, pushed, registryOptions } from "../harness/gateway.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

const pets = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: "http://pets.internal" }],
  paths: { "/pets": { get: { responses: {} } } },
};

interface Build {
  /** What stands for the toolkit, the base and Kaniko. */
  readonly toolkit?: string;
  readonly base?: string;
  readonly executor?: string;
  readonly more?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a build in a namespace of its own. */
async function start(t: TestContext, { toolkit, base, executor, more = [], env = {} }: Build) {
  const namespace = await makeNamespace(t);
  const document = join(await testFolder(t), "pets.json");
  await writeFile(document, JSON.stringify(pets));
  const names = ["--base", base ?? pushed(testImage("envoy")), "--to", pushed(`${target.registry}/e2e/${namespace.name}:1`)];
  const kaniko = ["--builder", "kaniko", "--toolkit", toolkit ?? pushed(testImage("node")), "--namespace", namespace.name];
  const images = ["--executor", executor ?? testImage("kaniko")];
  const [program = "", ...args] = porticoCommand("image", "build", document, ...names, ...kaniko, ...images, ...registryOptions, ...more);
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return { namespace, child, ended: ended.then(([[code], stdout, stderr]) => ({ code: Number(code), stdout, stderr })) };
}

const objects = (namespace: Namespace): Promise<string> => namespace.kubectl("get", "jobs,pods,secrets", "--output=name");

async function assertNothingLeft(namespace: Namespace): Promise<void> {
  await until("nothing of the build is left", async () => (await objects(namespace)) === "", 60_000);
}

describe("a build in a cluster that fails", { timeout: 300_000, concurrency: 2 }, () => {
  it("says the last that Kaniko wrote, and leaves nothing", async (t) => {
    const { namespace, ended } = await start(t, { more: ["--kaniko-argument=--destination=127.0.0.1:1/none:1"] });
    const { code, stdout, stderr } = await ended;
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /job\/portico-e2e-[0-9a-f-]+: error BuildFailed: The image was not built\..*\n(?: {4}.*\n)* {4}.*connection refused/,
    );
    await assertNothingLeft(namespace);
  });

  it("is not begun where its base is not there", async (t) => {
    const { ended } = await start(t, { base: pushed(`${target.registry}/none:1`) });
    assert.match((await ended).stderr, /none:1: error ImageMissing: /);
  });

  it("says what the toolkit said where the stage that makes the files fails", async (t) => {
    const { ended } = await start(t, {});
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /BuildFailed: [\s\S]*Cannot find module '\/opt\/portico\/portico\.js'/);
  });

  it("is given up when its time is over", async (t) => {
    // A program that runs for ever in Kaniko's place.
    const { namespace, ended } = await start(t, { executor: testImage("echo"), more: ["--deadline", "8"] });
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /BuildFailed: The image was not built\. Its time was over\./);
    await assertNothingLeft(namespace);
  });

  it("says why its pod does not start", async (t) => {
    const { ended } = await start(t, { executor: `${target.registry}/none:1`, more: ["--deadline", "8"] });
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /^The build waits: (?:ErrImagePull|ImagePullBackOff)/m);
    assert.match(stderr, /BuildFailed: The image was not built\. Its time was over\. The build waits: /);
  });

  it("ends with who waits for it", async (t) => {
    const { namespace, child, ended } = await start(t, { executor: testImage("echo") });
    await until("it runs", async () => (await namespace.kubectl("get", "pods")).includes("Running"), 60_000);
    child.kill("SIGINT");
    assert.equal((await ended).code, 1);
    await assertNothingLeft(namespace);
  });

  it("says who may not build there, and that no cluster answers", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.kubectl("create", "serviceaccount", "nobody");
    const token = (await namespace.kubectl("create", "token", "nobody")).trim();
    const config = JSON.parse(await namespace.kubectl("config", "view", "--raw", "--minify", "--output=json"));
    const folder = await testFolder(t);
    const written = async (name: string, change: object): Promise<NodeJS.ProcessEnv> => {
      await writeFile(join(folder, name), JSON.stringify({ ...config, ...change }));
      return { KUBECONFIG: join(folder, name) };
    };
    const users = [{ name: config.users[0].name, user: { token } }];
    const denied = await (await start(t, { env: await written("denied", { users }) })).ended;
    assert.equal(denied.code, 1);
    assert.match(denied.stderr, /error ClusterDenied: The cluster does not let you create a Job: .*nobody.* cannot create/);
    assert.doesNotMatch(denied.stderr, new RegExp(token));
    const clusters = [{ name: config.clusters[0].name, cluster: { server: "http://127.0.0.1:1" } }];
    const gone = await (await start(t, { env: await written("gone", { clusters }) })).ended;
    assert.match(gone.stderr, /error ClusterUnreachable: /);
    const none = await (await start(t, { env: { KUBECONFIG: "/nowhere" } })).ended;
    assert.match(none.stderr, /error NoCluster: /);
    assert.equal((await readFile(join(folder, "denied"), "utf8")).includes(token), true);
  });
});
