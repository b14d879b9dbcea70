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
