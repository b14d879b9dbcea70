import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { imageContexts } from "../../../scripts/image-contexts.ts";
import { contentsOf } from "../../../src/image/contents.ts";
import { labelNames } from "../../../src/image/gateway-image.ts";
import { type KanikoBuild, type KanikoSettings, kanikoInputs, kanikoJob } from "../../../src/image/kaniko/job.ts";
import { packProject } from "../../../src/image/project/pack.ts";
import { parseReference } from "../../../src/image/reference.ts";
import { noCredentials } from "../../../src/image/registry/credentials.ts";
import { openRegistry } from "../../../src/image/registry/registry.ts";
import { usualRetries } from "../../../src/image/registry/retry.ts";
import { must } from "../../../testing/envoy.ts";
import { run } from "../cluster/command.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { gatewayObjects, mounted, portico, pulled, pushed, registryOptions } from "../harness/gateway.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";

const github = new URL("../../../node_modules/@octokit/openapi/generated/api.github.com.json", import.meta.url);

/** Builds a Dockerfile's context with Kaniko, which gets it through its input. */
async function buildContext(namespace: Namespace, name: string, folder: string, destination: string): Promise<void> {
  const insecure = target.registryIsPlainHttp ? ["--insecure", "--insecure-pull"] : [];
  const args = [
    "--context=tar://stdin",
    "--dockerfile=Dockerfile",
    `--build-arg=BASE=${testImage("debian")}`,
    `--destination=${destination}`,
  ];
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
  const command = [...target.kubectl, ...options, "--", ...args, "--single-snapshot", "--compression-level=1", ...insecure];
  await run(["sh", "-c", 'tar -C "$1" -c . | gzip -1 | { shift; exec "$@"; }', "sh", folder, ...command]);
}

/** The files of a folder by their paths in it. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => relative(folder, join(entry.parentPath, entry.name))).toSorted();
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), "utf8")] as const)));
}

/** Runs a build's Job to its end: the digest that Kaniko said. */
async function build(namespace: Namespace, settings: KanikoSettings, wanted: KanikoBuild): Promise<string> {
  await namespace.apply(kanikoJob(settings, wanted));
  const uid = await namespace.field(`job/${wanted.name}`, ".metadata.uid");
  await namespace.apply(...kanikoInputs(settings, wanted, uid));
  await namespace.condition(`job/${wanted.name}`, "Complete", 180);
  const message = "{.items[0].status.containerStatuses[0].state.terminated.message}";
  return namespace.kubectl("get", "pods", `--selector=job-name=${wanted.name}`, `--output=jsonpath=${message}`);
}

/** The gateway's files in an image, as the registry has it. */
async function filesInImage(t: TestContext, name: string): Promise<ReadonlyMap<string, string>> {
  const reference = must(parseReference(pushed(name)));
  const registry = openRegistry(reference.registry, {
    authorities: undefined,
    patienceMs: 30_000,
    credentials: noCredentials,
    plainHttp: target.registryIsPlainHttp,
    retries: usualRetries,
  });
  t.after(registry.close);
  const { files } = must(await contentsOf(registry, reference));
  return new Map([...files].map(([path, content]) => [path, Buffer.from(content).toString("utf8")] as const).toSorted());
}

describe("a gateway's image from Kaniko", { timeout: 600_000 }, () => {
  it("is built from the project of GitHub's document on our own base images, holds the bytes of the layer builder's, and serves", async (t) => {
    const namespace = await makeNamespace(t);
    const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
    t.after(() => rm(folder, { recursive: true }));
    const repository = `${target.registry}/e2e/${namespace.name}`;
    await imageContexts(folder);
    for (const name of ["toolkit", "gateway"]) await buildContext(namespace, name, join(folder, name), `${repository}/${name}:1`);

    const document = join(folder, "github.json");
    await writeFile(document, JSON.stringify({ ...JSON.parse(await readFile(github, "utf8")), servers: [{ url: "http://echo" }] }));
    await portico("build", document, "--project", join(folder, "project"), "--out", join(folder, "made"));
    const { inputHash } = JSON.parse(await readFile(join(folder, "made/image/manifest.json"), "utf8"));
    // Smaller parts than a ConfigMap holds, so that it takes several of them.
    const parts = await packProject(await filesOf(join(folder, "project")), 200_000);
    assert.ok(parts.size > 2);
    const settings: KanikoSettings = {
      namespace: namespace.name,
      executor: testImage("kaniko"),
      toolkit: must(parseReference(`${repository}/toolkit:1`)),
      plainHttp: target.registryIsPlainHttp,
      credential: undefined,
      authority: undefined,
      deadlineSeconds: 300,
      extraArguments: [],
    };
    const wanted: KanikoBuild = {
      name: "github",
      base: must(parseReference(`${repository}/gateway:1`)),
      target: must(parseReference(`${repository}/github:kaniko`)),
      labels: { [labelNames.inputHash]: inputHash },
      parts,
    };
    const digest = await build(namespace, settings, wanted);
    const names = ["--base", pushed(`${repository}/gateway:1`), "--to", pushed(`${repository}/github:layer`)];
    const byLayer = pulled((await portico("image", "build", document, ...names, ...registryOptions)).trim());
    const files = await filesInImage(t, `${repository}/github@${digest}`);
    assert.deepEqual(
      [...files.keys()],
      [...(await filesOf(join(folder, "made"))).keys()].filter((path) => path.startsWith("image/")),
    );
    assert.deepEqual(files, await filesInImage(t, byLayer));

    await namespace.apply(...echoObjects("echo"), await mounted(join(folder, "made")));
    await namespace.apply(...gatewayObjects("gateway", `${repository}/github@${digest}`));
    for (const name of ["echo", "gateway"]) await rolledOut(namespace, name);
    const received = JSON.parse(await requestFrom(namespace, "echo", "http://gateway/repos/octokit/openapi/issues/7"));
    assert.deepEqual([received.method, received.path], ["GET", "/repos/octokit/openapi/issues/7"]);
    await namespace.kubectl("delete", "job/github", "--cascade=foreground");
    assert.equal(await namespace.kubectl("get", "configmaps", "--output=name", "--field-selector=metadata.name=github-project-1"), "");
  });
});
