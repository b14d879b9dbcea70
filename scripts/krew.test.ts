import assert from "node:assert/strict";
import { it } from "node:test";
import manifest from "../package.json" with { type: "json" };
import { parseOne } from "../src/text/parse.ts";
import { krewManifest } from "./krew.ts";

it("krew's manifest names the package's archive, and in it what the package has", () => {
  const file = parseOne("krew.yaml", krewManifest({ version: manifest.version, sha256: "a".repeat(64) }));
  assert.ok(file.ok);
  const text = JSON.stringify(file.value.value);
  assert.match(text, new RegExp(`"version":"v${manifest.version}"`));
  assert.match(text, new RegExp(`/v${manifest.version}/portico-${manifest.version}\\.tgz","sha256":"a{64}"`));
  assert.ok(manifest.files.includes("dist") && manifest.bin.portico === "dist/portico.js", "package/dist/portico.js is there");
  assert.match(text, /"bin":"portico\.js"/);
});
