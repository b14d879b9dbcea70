import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { contentsOf } from "../../../src/image/contents.ts";
import { parseReference } from "../../../src/image/reference.ts";
import { referrersOf } from "../../../src/image/referrers.ts";
import { noCredentials } from "../../../src/image/registry/credentials.ts";
import { openRegistry } from "../../../src/image/registry/registry.ts";
import { usualRetries } from "../../../src/image/registry/retry.ts";
import { must } from "../../../testing/envoy.ts";
import { until } from "../../../testing/until.ts";
import { baseImages } from "../harness/base-images.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { figure } from "../harness/figure.ts";
import { gatewayObjects, mounted, portico, pulled, pushed, registryOptions } from "../harness/gateway.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

const github = new URL("../../../node_modules/@octokit/openapi/generated/api.github.com.json", import.meta.url);

/** An image's registry, and the image there. */
function opened(t: TestContext, name: string) {
  const reference = must(parseReference(pushed(name)));
  const registry = openRegistry(reference.registry, {
    authorities: undefined,
    patienceMs: 30_000,
    credentials: noCredentials,
    plainHttp: target.registryIsPlainHttp,
    retries: usualRetries,
  });
  t.after(registry.close);
  return { registry, reference };
}

/** The labels of an image. */
async function labelsOf(t: TestContext, name: string): Promise<Readonly<Record<string, string>>> {
  const { registry, reference } = opened(t, name);
  return must(await contentsOf(registry, reference)).labels;
}

/** What lies beside an image: the types of it. */
async function besides(t: TestContext, name: string): Promise<readonly string[]> {
  const { registry, reference } = opened(t, name);
  const referrers = must(await referrersOf(registry, reference.repository, reference.digest ?? ""));
  return referrers.map(({ artifactType }) => artifactType ?? "").toSorted();
}

/** The gateway's files in an image, as the registry has it. */
async function filesInImage(t: TestContext, name: string): Promise<ReadonlyMap<string, string>> {
  const { registry, reference } = opened(t, name);
  const { files } = must(await contentsOf(registry, reference));
  return new Map([...files].map(([path, content]) => [path, Buffer.from(content).toString("utf8")] as const).toSorted());
}

describe("a gateway's image from Kaniko", { timeout: 900_000 }, () => {
  it("is built from the project of GitHub's document on our own base images, holds the bytes of the layer builder's, and serves", async (t) => {
    const namespace = await makeNamespace(t);
    const folder = await testFolder(t);
    await namespace.kubectl("label", "namespace", namespace.name, "pod-security.kubernetes.io/enforce=baseline");
    const { gateway, toolkit } = await baseImages(namespace);
    const repository = `${target.registry}/e2e/${namespace.name}`;
    const document = join(folder, "github.json");
    await writeFile(document, JSON.stringify({ ...JSON.parse(await readFile(github, "utf8")), servers: [{ url: "http://echo" }] }));
    await portico("build", document, "--out", join(folder, "made"));
    const kaniko = ["--builder", "kaniko", "--toolkit", pushed(toolkit), "--executor", testImage("kaniko"), "--namespace", namespace.name];
    const build = async (name: string, ...more: readonly string[]): Promise<string> => {
      const names = ["--base", pushed(gateway), "--to", pushed(`${repository}/${name}`)];
      return pulled((await portico("image", "build", document, ...names, ...more, ...registryOptions)).trim());
    };
    const began = performance.now();
    const byKaniko = await build("github:kaniko", ...kaniko);
    const between = performance.now();
    const byLayer = await build("github:layer");
    const [kanikoSeconds, layerSeconds] = [(between - began) / 1000, (performance.now() - between) / 1000];
    await figure(
      t,
      "GitHub's image by the layer builder, over Kaniko's whole Job",
      `${(layerSeconds / kanikoSeconds).toFixed(2)} (${layerSeconds.toFixed(1)} s, ${kanikoSeconds.toFixed(1)} s)`,
    );
    assert.equal(await build("github:layer", ...kaniko), byLayer, "what is there is not built again");
    await until(
      "nothing of the build is left",
      async () =>
        /^(configmap\/kube-root-ca\.crt\s*)?$/.test(await namespace.kubectl("get", "jobs,secrets,pods,configmaps", "--output=name")),
      30_000,
    );
    assert.deepEqual(await labelsOf(t, byKaniko), await labelsOf(t, byLayer));
    assert.deepEqual(await besides(t, byKaniko), await besides(t, byLayer));
    assert.deepEqual(await besides(t, byKaniko), ["application/spdx+json", "application/vnd.oai.openapi+json"]);
    const files = await filesInImage(t, byKaniko);
    assert.ok(files.has("image/routes.json"));
    assert.deepEqual(files, await filesInImage(t, byLayer));

    await namespace.apply(...echoObjects("echo"));
    await rolledOut(namespace, "echo");
    await namespace.apply(await mounted(join(folder, "made")), ...gatewayObjects("gateway", byKaniko));
    await rolledOut(namespace, "gateway");
    const received = JSON.parse(await requestFrom(namespace, "echo", "http://gateway/repos/octokit/openapi/issues/7"));
    assert.deepEqual([received.method, received.path], ["GET", "/repos/octokit/openapi/issues/7"]);
  });
});
