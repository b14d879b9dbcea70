import assert from "node:assert/strict";
import { it } from "node:test";
import { portico } from "./portico.ts";

it("names that an operator could not start with are said before anything is sent", async () => {
  const names = { registry: "registry.example/apis", image: "registry.example/operator:1", base: "registry.example/gateway:1" };
  const install = (more: object) =>
    portico([
      "operator",
      "install",
      "--output=yaml",
      ...Object.entries({ ...names, ...more }).map(([name, value]) => `--${name}=${value}`),
    ]);
  const good = await install({});
  assert.deepEqual([good.code, good.stderr], [0, ""]);
  for (const wrong of [{ registry: "???" }, { image: "Not An Image" }, { base: "b@sha256:1" }]) {
    const { code, stdout, stderr } = await install(wrong);
    assert.deepEqual([code, stdout], [1, ""], JSON.stringify(wrong));
    assert.match(stderr, /error BadImageName/);
  }
});
