import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { editorSchemaNames } from "../../src/api/editor-schema.ts";
import { schemaNames } from "../../src/cli/schema.ts";
import { portico } from "./portico.ts";

describe("portico schema", () => {
  it("lists the names, which are all there are", async () => {
    assert.deepEqual(await portico(["schema"]), { code: 0, stdout: `${editorSchemaNames.join("\n")}\n`, stderr: "" });
    assert.deepEqual(schemaNames, editorSchemaNames);
  });

  it("prints the schema that editors are given, whatever the letters' case", async () => {
    const { code, stdout } = await portico(["schema", "targetendpoint"]);
    assert.equal(code, 0);
    assert.equal(stdout, await readFile(resolve(import.meta.dirname, "../../deploy/schemas/target-endpoint.json"), "utf8"));
  });
});
