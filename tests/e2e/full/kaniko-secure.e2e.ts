import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseReference } from "../../../src/image/reference.ts";
import { referrersOf } from "../../../src/image/referrers.ts";
import { openRegistry } from "../../../src/image/registry/registry.ts";
import { usualRetries } from "../../../src/image/registry/retry.ts";
import { Redacted } from "../../../src/redacted.ts";
import { findCanary, formsOf } from "../../../testing/canary.ts";
import { must } from "../../../testing/envoy.ts";
import { until } from "../../../testing/until.ts";
import { baseImages } from "../harness/base-images.ts";
import { porticoWith } from "../harness/gateway.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { authOf, copyToSecure } from "../harness/secure-registry.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

const pets = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: "http://pets.internal" }],
  paths: { "/pets": { get: { responses: {} } } },
};

describe("a gateway's image from Kaniko", { timeout: 900_000 }, () => {
  it("goes to a registry with TLS by an authority of its own, which wants a password: that is in no image, log or object", {
    skip: target.secure === undefined && "the cluster has no such registry",
  }, async (t) => {
    const { secure } = target;
    assert.ok(secure !== undefined);
    const namespace = await makeNamespace(t);
    const folder = await testFolder(t);
    const images = await baseImages(namespace);
    const here = `${secure.registry}/e2e/${namespace.name}`;
    for (const [name, image] of Object.entries(images)) await copyToSecure(secure, image, `${here}/${name}:1`);
    const auth = authOf(secure);
    /** How objects show the password: as it is, or as Secrets hold texts, and registries' credentials in them. */
    const shown = (text: string): readonly string[] => [secure.password, auth].flatMap((one) => formsOf(one, Buffer.from(text)));
    await writeFile(
      join(folder, "config.json"),
      JSON.stringify({ auths: { [secure.registry]: { auth }, "other.test": { auth: "b3RoZXI6b3RoZXI=" } } }),
    );
    await writeFile(join(folder, "pets.json"), JSON.stringify(pets));
    const build = (tag: string, config: string, ...more: readonly string[]): Promise<string> => {
      const names = ["--base", `${here}/gateway:1`, "--to", `${here}/pets:${tag}`, "--registry-ca", secure.authority];
      const kaniko = [
        "--builder",
        "kaniko",
        "--toolkit",
        `${here}/toolkit:1`,
        "--executor",
        testImage("kaniko"),
        "--namespace",
        namespace.name,
      ];
      return porticoWith({ DOCKER_CONFIG: config }, "image", "build", join(folder, "pets.json"), ...names, ...kaniko, ...more);
    };
    const reference = must(parseReference((await build("1", folder)).trim()));
    // A Secret in place of what this machine is logged in with; it is somebody else's namespace that has it.
    const other = await makeNamespace(t);
    await other.kubectl(
      "create",
      "secret",
      "generic",
      "push",
      "--type=kubernetes.io/dockerconfigjson",
      `--from-file=.dockerconfigjson=${join(folder, "config.json")}`,
    );
    await assert.rejects(build("2", "/nowhere"), /RegistryDenied/);
    const building = build("2", "/nowhere", "--push-secret", `${other.name}/push`);
    const runs = async (): Promise<boolean> => (await namespace.kubectl("get", "pods")).includes("Running");
    await Promise.race([building, until("it runs", runs, 60_000)]);
    // The build's own Secret alone may have it then.
    assert.deepEqual(shown(await namespace.kubectl("get", "events,jobs,configmaps,pods", "--output=yaml")), []);
    assert.match(await building, /pets:2@sha256:/);
    const registry = openRegistry(secure.registry, {
      authorities: await readFile(secure.authority, "utf8"),
      patienceMs: 30_000,
      credentials: () => Promise.resolve({ kind: "password", user: secure.user, password: new Redacted(secure.password) }),
      plainHttp: false,
      retries: usualRetries,
    });
    t.after(registry.close);
    assert.deepEqual(await findCanary(registry, reference, secure.password), []);
    assert.deepEqual(await findCanary(registry, reference, "http://pets.internal"), []);
    const beside = must(await referrersOf(registry, reference.repository, reference.digest ?? ""));
    // Both builds are the same image, whose bill of materials names the tag.
    assert.deepEqual(beside.map(({ artifactType }) => artifactType).toSorted(), [
      "application/spdx+json",
      "application/spdx+json",
      "application/vnd.oai.openapi+json",
    ]);
    assert.deepEqual(shown(await namespace.kubectl("get", "events,jobs,configmaps,secrets,pods", "--output=yaml")), []);
  });
});
