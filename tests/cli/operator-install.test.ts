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

it("what Kaniko and registries are to be told reaches the operator that is installed, as it would be told on a command line", async () => {
  const names = ["--registry=registry.example/apis", "--image=registry.example/operator:1", "--base=registry.example/gateway:1"];
  const told = ["--cache-repository", "registry.example/cache", "--mirror", "mirror.example", "--kaniko-argument=--verbosity=debug"];
  const more = [...told, "--deadline", "1200", "--plain-http-registry", "local.example:5000"];
  const { code, stdout } = await portico(["operator", "install", "--output=yaml", ...names, ...more]);
  assert.equal(code, 0);
  for (const one of more)
    assert.ok(stdout.includes(`- ${one}\n`) || stdout.includes(`- '${one}'\n`) || stdout.includes(`- "${one}"\n`), one);
  const plain = await portico(["operator", "install", "--output=yaml", ...names]);
  assert.doesNotMatch(plain.stdout, /--deadline|--mirror|--kaniko-argument/);
});
