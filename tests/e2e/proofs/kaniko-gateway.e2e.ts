import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { imageContexts } from "../../../scripts/image-contexts.ts";
import { contentsOf } from "../../../src/image/contents.ts";
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
    await portico("build", document, "--out", join(folder, "made"));
    const base = ["--base", pushed(`${repository}/gateway:1`)];
    const toolkit = ["--toolkit", pushed(`${repository}/toolkit:1`), "--executor", testImage("kaniko"), "--namespace", namespace.name];
    const build = (name: string, ...more: readonly string[]): Promise<string> =>
      portico("image", "build", document, ...base, "--to", pushed(`${repository}/${name}`), ...more, ...registryOptions);
    const byKaniko = pulled((await build("github:kaniko", "--builder", "kaniko", ...toolkit)).trim());
    const byLayer = pulled((await build("github:layer")).trim());
    assert.equal(
      pulled((await build("github:layer", "--builder", "kaniko", ...toolkit)).trim()),
      byLayer,
      "what is there is not built again",
    );
    assert.equal(await namespace.kubectl("get", "jobs,secrets,pods", "--output=name"), "", "nothing of the build is left");
    const files = await filesInImage(t, byKaniko);
    assert.ok(files.has("image/routes.json"));
    assert.deepEqual(files, await filesInImage(t, byLayer));

    await namespace.apply(...echoObjects("echo"), await mounted(join(folder, "made")));
    await namespace.apply(...gatewayObjects("gateway", byKaniko));
    for (const name of ["echo", "gateway"]) await rolledOut(namespace, name);
    const received = JSON.parse(await requestFrom(namespace, "echo", "http://gateway/repos/octokit/openapi/issues/7"));
    assert.deepEqual([received.method, received.path], ["GET", "/repos/octokit/openapi/issues/7"]);
  });
});
