import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { must, testEnvoy } from "../../../testing/envoy.ts";
import { minimalGateway } from "../../../testing/minimal-gateway.ts";
import { makeRunFolder, writeAtomically } from "../run-folder.ts";
import { validateConfiguration } from "./validate.ts";

/** Validates the minimal gateway with a part of one file replaced. */
async function validated(t: TestContext, path = "", from = "", to = "") {
  const folder = must(await makeRunFolder(process.env));
  t.after(folder.remove);
  for (const [name, text] of minimalGateway(18080)) {
    assert.ok(name !== path || text.includes(from), `${path} has no ${from}`);
    await writeAtomically(join(folder.path, name), name === path ? text.replace(from, to) : text);
  }
  return validateConfiguration(await testEnvoy(), folder.path);
}

describe("gateway files are validated by Envoy itself", { timeout: 60_000 }, () => {
  it("what serves is valid", async (t) => {
    must(await validated(t));
  });

  const faults: readonly [string, string, string, string, RegExp][] = [
    ["an unknown field of the bootstrap", "mounted/bootstrap.json", '"admin"', '"administration"', /no such field: 'administration'/],
    ["an unknown field of a listener", "mounted/listeners.json", '"address"', '"adress"', /no such field: 'adress'/],
    ["an unknown field of a filter", "mounted/listeners.json", '"stat_prefix"', '"stat_prefixx"', /no such field: 'stat_prefixx'/],
    ["a cluster without a name", "mounted/clusters.json", "[]", '[{"type":"STATIC"}]', /ClusterValidationError\.Name/],
    ["an unknown field of a route", "image/routes.json", '"match"', '"mach"', /no such field: 'mach'/],
    ["an expression that is none", "image/routes.json", '"prefix":"/"', '"safe_regex":{"regex":"("}', /missing \)/],
    ["routes under another name", "image/routes.json", '"name":"main"', '"name":"other"', /nothing is named main/],
    ["a file that is no JSON", "image/routes.json", "{", "", /The gateway files cannot be read: /],
  ];
  for (const [fault, path, from, to, words] of faults) {
    it(`${fault} is refused`, async (t) => {
      const result = await validated(t, path, from, to);
      assert.ok(!result.ok);
      assert.equal(result.problems[0]?.reason, "EnvoyFailed");
      assert.match(result.problems[0]?.message ?? "", words);
    });
  }
});
