import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { imageSource, nameInRegistry } from "./load.ts";

describe("the name of an image that is loaded", () => {
  const names = {
    "pets:1": "pets:1",
    pets: "pets:latest",
    "team/pets": "team/pets:latest",
    "registry.test:5000/pets:1": "pets:1",
    "registry.test:5000/team/pets": "team/pets:latest",
    "10.99.0.1:5000/pets:1": "pets:1",
  };
  for (const [said, own] of Object.entries(names)) it(`${said} is ${own}`, () => assert.equal(nameInRegistry(said), own));

  const wrong = {
    "registry.example/team/pets:1":
      /names the registry registry\.example.* into the cluster's own, registry\.test:5000\. Say team\/pets:1\.$/,
    "localhost/pets": /names the registry localhost.*Say pets\.$/,
    "Pets:1": /^Error: Pets:1 cannot be the name of an image: `Pets` is no name of a repository\..* Such as: pets:1\.$/,
    "pets:a b": /`a b` is no tag/,
    "": /is no name of a repository/,
    [`pets@sha256:${"0".repeat(64)}`]: /Leave it out/,
  };
  for (const [said, why] of Object.entries(wrong)) it(`${said} is refused`, () => assert.throws(() => nameInRegistry(said), why));
});

describe("an image that is loaded", () => {
  const folder = mkdtempSync(join(tmpdir(), "portico-load-"));
  after(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const write = (path: string, text: string): void => {
    mkdirSync(join(at(path), ".."), { recursive: true });
    writeFileSync(at(path), text);
  };
  const tar = (name: string, ...args: readonly string[]): void => assert.equal(spawnSync("tar", ["-cf", at(name), ...args]).status, 0);
  write("layout/oci-layout", "{}");
  write("layout/index.json", '{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json"}]}');
  tar("layout.tar", "-C", at("layout"), ".");
  write("docker/manifest.json", "[]");
  tar("docker.tar", "-C", at("docker"), "manifest.json");
  write("both/oci-layout", "{}");
  write("both/index.json", '{"manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}]}');
  write("both/manifest.json", "[]");
  tar("both.tar", "-C", at("both"), "oci-layout", "index.json", "manifest.json");

  it("may be an OCI layout, a tar file of one or of docker save, or what skopeo knows by a name of its own", async () => {
    assert.equal(await imageSource(at("layout")), `oci:${at("layout")}`);
    assert.equal(await imageSource(at("layout.tar")), `oci-archive:${at("layout.tar")}`);
    assert.equal(await imageSource(at("docker.tar")), `docker-archive:${at("docker.tar")}`);
    assert.equal(await imageSource(at("both.tar")), `docker-archive:${at("both.tar")}`);
    assert.equal(await imageSource("oci:somewhere"), "oci:somewhere");
  });

  it("is nothing else: the error says what it is not", async () => {
    await assert.rejects(imageSource(at("nowhere")), /There is no file or folder .*nowhere\./);
    await assert.rejects(imageSource(at("docker")), /The folder .*docker is no OCI layout: it has no file oci-layout\./);
    await assert.rejects(imageSource(at("layout/index.json")), /The file .*index\.json is no image/);
  });
});
