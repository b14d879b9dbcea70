import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { readLayer } from "../../src/image/layer.ts";
import { type FakeRegistry, putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { startPortico } from "../../testing/portico.ts";
import { documentOf, onePath } from "./documents.ts";
import { folderWith, portico } from "./portico.ts";

/** A document in a folder of its own, a registry with a base image, and the program with what it needs for both. */
async function shop(t: TestContext, more = "") {
  const cwd = await folderWith(t, { "api.yaml": documentOf(onePath, more), "docker/config.json": "{}" });
  const fake = await startFakeRegistry(t);
  await putBaseImage(fake, "gateway", "1", "amd64");
  const image = (command: string, ...args: readonly string[]) =>
    portico(["image", command, ...args, "--plain-http"], { cwd, env: { DOCKER_CONFIG: join(cwd, "docker") } });
  const build = (...args: readonly string[]) => image("build", "api.yaml", "--base", `${fake.host}/gateway:1`, ...args);
  return { cwd, fake, image, build };
}

/** The tags that people gave, not those of the lists of referrers. */
const tags = ({ manifests }: FakeRegistry) => [...manifests.keys()].filter((key) => !/@|^gateway|:sha256-/.test(key));

describe("portico image build", { concurrency: 2 }, () => {
  it("makes an image under the version's tag, says its name with its digest, and builds nothing the second time", async (t) => {
    const { fake, build } = await shop(t);
    const made = await build("--to", `${fake.host}/apis/pets`);
    assert.deepEqual([made.code, made.stderr], [0, "Made and pushed.\n"]);
    assert.match(made.stdout, new RegExp(`^${fake.host}/apis/pets:1@sha256:[0-9a-f]{64}\n$`));
    assert.deepEqual(tags(fake), ["apis/pets:1"]);
    const before = fake.requests.length;
    const again = await build("--to", `${fake.host}/apis/pets`);
    assert.deepEqual(fake.requests.slice(before), ["GET /v2/apis/pets/manifests/1"]);
    assert.deepEqual(again, {
      code: 0,
      stdout: made.stdout,
      stderr: "It is there already, made from the same input: nothing was built. --rebuild makes it on another base.\n",
    });
  });

  it("leaves nothing where it is told to end while it writes a file", { timeout: 30_000 }, async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath), "docker/config.json": "{}" });
    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    t.after(() => void silent.closeAllConnections());
    t.after(() => void silent.close());
    const address = silent.address();
    const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const to = ["--builder", "tar", "--out", "pets.tar", "--to", "registry.test/pets:1"];
    const args = ["image", "build", "api.yaml", "--base", `${host}/gateway:1`, "--plain-http", ...to];
    const building = startPortico(t, args, cwd, { DOCKER_CONFIG: join(cwd, "docker") });
    await asked.promise;
    assert.ok((await readdir(cwd)).some((name) => name.startsWith(".pets.tar.")));
    building.signal("SIGINT");
    assert.equal(await building.ended, "SIGINT");
    assert.deepEqual((await readdir(cwd)).toSorted(), ["api.yaml", "docker"]);
  });

  it("refuses a tag that stands for another input, unless it is to be made anew", async (t) => {
    const { fake, build, image } = await shop(t);
    const to = ["--to", `${fake.host}/pets:1`];
    assert.equal((await build(...to)).code, 0);
    const other = (...args: readonly string[]) => image("build", "api.yaml", "--base", `${fake.host}/gateway:1`, "--mock", ...to, ...args);
    const refused = await other();
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(
      refused.stderr,
      /error TagConflict: The tag stands for a gateway of another input \([0-9a-f]{12}, not [0-9a-f]{12}\)\. .*--rebuild/,
    );
    assert.equal((await other("--rebuild")).code, 0);
  });

  it("never overwrites somebody else's image", async (t) => {
    const { fake, build } = await shop(t);
    const refused = await build("--to", `${fake.host}/gateway:1`, "--rebuild");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /error ForeignImage: /);
  });

  it("puts no address and nothing of x-portico into the image", async (t) => {
    const { fake, build } = await shop(t, "x-portico: {backend: {url: http://canary.internal:8080}, owner: me}\n");
    assert.equal((await build("--to", `${fake.host}/pets:1`)).code, 0);
    const layers = await Promise.all(
      [...fake.blobs]
        .filter(([key]) => key.startsWith("pets@"))
        .map(([, bytes]) => readLayer(bytes).catch(() => new Map<string, Uint8Array>([["config", bytes]]))),
    );
    const texts = layers.flatMap((layer) => [...layer].map(([path, content]) => `${path}\n${Buffer.from(content).toString()}`));
    assert.ok(texts.some((text) => text.startsWith("gateway/image/documents/")));
    for (const text of texts) assert.doesNotMatch(text, /canary|pets\.example|x-portico|\b8080\b/);
  });

  it("says what is wrong with a name, a document or a registry", async (t) => {
    const { fake, build, image } = await shop(t);
    for (const [ended, reason] of [
      [await build("--to", `${fake.host}/Pets`), "BadImageName"],
      [await image("build", "none.yaml", "--base", `${fake.host}/gateway:1`, "--to", `${fake.host}/pets`), "FileUnreadable"],
      [await image("build", "api.yaml", "--base", `${fake.host}/none:1`, "--to", `${fake.host}/pets`), "ImageMissing"],
    ] as const) {
      assert.deepEqual([ended.code, ended.stdout], [1, ""]);
      assert.match(ended.stderr, new RegExp(`error ${reason}: `));
    }
    assert.equal((await portico(["image", "build", "api.yaml"])).code, 2);
    const certificate = await build("--to", `${fake.host}/pets`, "--registry-ca", "api.yaml");
    assert.match(certificate.stderr, /error BadCertificate: The file holds no certificate/);
    for (const wrong of [
      ["--namespace", "x"],
      ["--deadline", "5"],
      ["--executor", "x"],
      ["--builder", "kaniko"],
      ["--toolkit", "x"],
      ["--builder", "kaniko", "--toolkit", "x", "--push-secret", "a/b/c"],
    ])
      assert.equal((await build("--to", `${fake.host}/pets`, ...wrong)).code, 2, wrong.join(" "));
  });
});

describe("portico image inspect", () => {
  it("says what is in an image, for people and for programs", async (t) => {
    const { fake, build, image } = await shop(t);
    const name = (await build("--to", `${fake.host}/pets:1`)).stdout.trim();
    const text = await image("inspect", name);
    assert.equal(text.code, 0, text.stderr);
    assert.match(
      text.stdout,
      /^api {9}pets 1\n {2}path {6}\/\n {2}operations 1\n {2}backends {2}@document\n {2}GET {5}\/pets {2}listPets {2}access=open /m,
    );
    const { apis, files, platforms } = JSON.parse((await image("inspect", name, "--json")).stdout);
    assert.deepEqual(platforms, ["linux/amd64"]);
    const policies = { access: "open", backend: "@document", path: "same", timeoutMs: 15_000 };
    const operations = [{ id: "listPets", method: "GET", path: "/pets", policies }];
    assert.deepEqual(apis, [
      {
        name: "pets",
        version: "1",
        hosts: [],
        basePath: "",
        operations,
        backends: ["@document"],
        securities: [],
        credentialSets: [],
        globalLimits: [],
      },
    ]);
    assert.deepEqual(
      files.map(({ path }: { readonly path: string }) => path),
      ["image/documents/pets.json", "image/manifest.json", "image/operations.json", "image/promises.json", "image/routes.json"],
    );
  });

  it("says once by which digest the base was named", async (t) => {
    const { fake, image, build } = await shop(t);
    const [, digest = ""] = [...fake.manifests.keys()].find((key) => key.startsWith("gateway@"))?.split("@") ?? [];
    const name = (await build("--to", `${fake.host}/pets:1`, "--base", `${fake.host}/gateway@${digest}`)).stdout.trim();
    assert.match((await image("inspect", name)).stdout, new RegExp(`^base {8}${fake.host}/gateway@${digest}$`, "m"));
  });

  it("says that somebody else's image is none, and that there is none", async (t) => {
    const { fake, image } = await shop(t);
    const foreign = await image("inspect", `${fake.host}/gateway:1`);
    assert.deepEqual([foreign.code, foreign.stdout], [1, ""]);
    assert.match(foreign.stderr, /error ForeignImage: /);
    assert.match((await image("inspect", `${fake.host}/none:1`)).stderr, /error ImageMissing: /);
  });
});

describe("portico image build --builder tar", () => {
  it("writes the image as a file, the same each time, and pushes nothing", async (t) => {
    const { cwd, fake, build } = await shop(t);
    const file = join(cwd, "pets.tar");
    const one = await build("--to", "example.test/pets", "--builder", "tar", "--out", file);
    assert.deepEqual([one.code, one.stderr], [0, `Written: ${file}\n`]);
    assert.deepEqual(tags(fake), []);
    const bytes = await readFile(file);
    assert.equal((await build("--to", "example.test/pets", "--builder", "tar", "--out", file)).code, 0);
    assert.deepEqual(await readFile(file), bytes);
    assert.deepEqual((await readdir(cwd)).toSorted(), ["api.yaml", "docker", "pets.tar"]);
    const files = await readLayer(bytes);
    const text = (path: string) => JSON.parse(String(files.get(path) === undefined ? "null" : Buffer.from(files.get(path) ?? "")));
    const [{ Config: config, Layers: layers, RepoTags: names }] = text("manifest.json");
    assert.deepEqual(names, ["example.test/pets:1"]);
    assert.equal(text(config).rootfs.diff_ids.length, layers.length);
    const [{ digest }] = text("index.json").manifests;
    assert.equal(one.stdout, `example.test/pets:1@${digest}\n`);
    assert.equal(text(`blobs/${digest.replace(":", "/")}`).config.digest.replace(":", "/"), config.replace("blobs/", ""));
    assert.ok([...(await readLayer(files.get(layers.at(-1)) ?? Buffer.alloc(0))).keys()].includes("gateway/image/routes.json"));
  });

  it("leaves what is there when it fails, and says where it may not write", async (t) => {
    const { cwd, build, image, fake } = await shop(t);
    await writeFile(join(cwd, "pets.tar"), "mine");
    const out = ["--to", "pets", "--builder", "tar", "--out"];
    const failed = await image("build", "api.yaml", "--base", `${fake.host}/none:1`, ...out, join(cwd, "pets.tar"));
    assert.deepEqual([failed.code, await readFile(join(cwd, "pets.tar"), "utf8")], [1, "mine"]);
    const refused = await build(...out, join(cwd, "none/pets.tar"));
    assert.match(refused.stderr, /error OutputRefused: /);
    assert.equal((await build("--to", "pets", "--builder", "tar")).code, 2);
    assert.equal((await build("--to", "pets", "--out", "x.tar")).code, 2);
  });
});

describe("portico image diff and copy", () => {
  it("say which operations changed, and copy an image with what lies beside it", async (t) => {
    const { cwd, fake, build, image } = await shop(t);
    const name = (await build("--to", `${fake.host}/pets:1`)).stdout.trim();
    await writeFile(join(cwd, "api.yaml"), documentOf("  /b: {get: {responses: {'200': {description: ok}}}}\n"));
    await build("--to", `${fake.host}/pets:2`);
    const diff = await image("diff", `${fake.host}/pets:1`, `${fake.host}/pets:2`);
    assert.deepEqual([diff.code, diff.stdout, diff.stderr], [0, "+ GET /b\n- GET /pets\n", ""]);
    const { operations } = JSON.parse((await image("diff", `${fake.host}/pets:1`, `${fake.host}/pets:2`, "--json")).stdout);
    assert.deepEqual(
      operations.map(({ change }: { readonly change: string }) => change),
      ["added", "removed"],
    );
    const same = await image("diff", name, name);
    assert.deepEqual([same.stdout, same.stderr], ["", "It is the same image.\n"]);

    const copied = await image("copy", `${fake.host}/pets:1`, `${fake.host}/prod/pets`);
    assert.deepEqual([copied.code, copied.stdout], [0, `${name.replace("/pets:1", "/prod/pets:1")}\n`]);
    assert.ok(fake.manifests.has(`prod/pets:${name.replace(/.*@sha256:/, "sha256-")}`), "the list of referrers");
    assert.match((await image("copy", `${fake.host}/pets:2`, `${fake.host}/prod/pets:1`)).stderr, /error TagConflict: .*--replace/);
    const digest = name.replace(/.*@/, "");
    for (const [from, to] of [
      [`${fake.host}/pets@${digest}`, `${fake.host}/prod/pets`],
      [`${fake.host}/pets:1`, `${fake.host}/prod/pets:1@${digest}`],
    ])
      assert.match((await image("copy", from ?? "", to ?? "")).stderr, /error BadImageName: /);
    assert.match((await image("copy", `${fake.host}/none:2`, `${fake.host}/prod/pets:1`)).stderr, /error ImageMissing: /);
  });
});
