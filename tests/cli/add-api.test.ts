import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Command } from "commander";
import { addApi } from "../../src/cli/add.ts";
import { documentOf, onePath } from "./documents.ts";
import { folderWith, portico } from "./portico.ts";

describe("portico add api", () => {
  const print = async (t: TestContext, ...more: readonly string[]) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath) });
    return portico(["add", "api", "pets", "--from-file=api.yaml", "--dry-run=client", "--output=json", ...more], { cwd });
  };

  it("takes the API's version with a blank as with an equals sign", async (t) => {
    for (const version of [["--version", "1.1.0"], ["--version=1.1.0"]]) {
      const { code, stdout } = await print(t, ...version);
      assert.deepEqual([code, JSON.parse(stdout).items.at(-1).spec.version], [0, "1.1.0"]);
    }
  });

  it("says what the cluster would not take before anything is sent", async (t) => {
    const wrong: readonly (readonly [option: string, said: RegExp])[] = [
      ["--host=bad host", /spec\/expose\/hosts/],
      ["--version=bad version!", /spec\/version/],
      ["--replicas=99999", /spec\/replicas/],
      ["--namespace=Bad NS", /Not a DNS label/],
    ];
    for (const [option, said] of wrong) {
      const { code, stdout, stderr } = await print(t, option);
      assert.deepEqual([code, stdout], [1, ""], option);
      assert.match(stderr, said, option);
    }
  });

  it("takes a folder with documents and resources, and says what it does not apply", async (t) => {
    const object = (kind: string, name: string, more: object = {}, apiVersion = "portico.dev/v1alpha1"): object => ({
      apiVersion,
      kind,
      metadata: { name },
      ...more,
    });
    const store = object("TargetEndpoint", "store", { spec: { url: "http://store.test" } });
    const key = object("Security", "key", {
      spec: { type: "apiKey", apiKey: { keys: { name: "keys" }, locations: [{ header: "x-key" }] } },
    });
    const api = object("API", "pets", { spec: { replicas: 3, security: [{ name: "key" }], expose: { hosts: ["a.test"] } } });
    const secret = object("Secret", "keys", {}, "v1");
    const cwd = await folderWith(t, {
      "pets/api.json": JSON.stringify({
        openapi: "3.1.0",
        info: { title: "Pets", version: "1" },
        "x-portico": { backend: "store" },
        paths: { "/pets": { get: { responses: {} } } },
      }),
      "pets/resources/all.json": JSON.stringify({ apiVersion: "v1", kind: "List", items: [store, key, secret] }),
      "pets/resources/api.json": JSON.stringify(api),
      "pets/resources/other.json": JSON.stringify(object("API", "dogs", { spec: { image: "r.test/dogs:1" } })),
    });
    const ask = ["add", "api", "pets", "--from-file=pets", "--dry-run=client", "--output=json", "--replicas=2"];
    const { code, stdout, stderr } = await portico(ask, { cwd });
    assert.equal(code, 0, stderr);
    const items: readonly { kind: string; metadata: { name: string }; spec: object }[] = JSON.parse(stdout).items;
    assert.deepEqual(
      items.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
      ["TargetEndpoint/store", "Security/key", "ConfigMap/pets-definition", "API/pets"],
    );
    assert.deepEqual(items.at(-1)?.spec, {
      replicas: 2,
      security: [{ name: "key" }],
      expose: { hosts: ["a.test"] },
      definition: [{ configMap: { name: "pets-definition", key: "api.json" } }],
    });
    assert.match(stderr, /all\.json:1:\d+.*\n? *.*A Secret is not applied by this command/);
    assert.match(stderr, /other\.json:1:\d+.*\n? *.*Another API is not applied/);
  });

  it("waits unless it is told not to", async () => {
    for (const [flags, waits] of [
      [[], true],
      [["--wait"], true],
      [["--no-wait"], false],
    ] as const) {
      const command = new Command();
      addApi(command, "portico add", "add");
      const api = command.commands[0];
      api?.action(() => {});
      await command.parseAsync(["api", "pets", "--image=r.test/pets:1", ...flags], { from: "user" });
      assert.equal(api?.opts().wait, waits, flags.join());
    }
  });

  it("is used wrongly without a document or an image, and with both", async () => {
    for (const args of [[], ["--from-file=api.yaml", "--image=r.test/pets:1"]]) {
      const { code, stdout, stderr } = await portico(["add", "api", "pets", ...args]);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /--from-file/);
    }
  });
});
