import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { temporaryFolder } from "../../../testing/portico.ts";
import { type Credential, configFor } from "./credentials.ts";
import { dockerCredentials } from "./docker-credentials.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A credential as it would be sent. */
const shown = (credential: Credential | undefined): unknown => {
  if (credential === undefined) return undefined;
  return credential.kind === "password" ? [credential.user, credential.password.reveal()] : ["token", credential.token.reveal()];
};

/** Whom a person is with this configuration, and with these programs as helpers (docker-credential-helpers: a shell's script each). */
async function asPerson(t: TestContext, config: unknown, helpers: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  for (const [name, script] of Object.entries(helpers)) {
    await writeFile(join(folder, "bin", `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, "bin", `docker-credential-${name}`), 0o755);
  }
  const credentials = dockerCredentials({ PATH: `${join(folder, "bin")}:/usr/bin:/bin`, DOCKER_CONFIG: folder });
  return { credentials, ask: async (registry: string) => shown(await credentials(registry)) };
}

describe("who is logged in with docker", () => {
  it("is known by what docker login wrote, under each of its spellings", async (t) => {
    const { ask } = await asPerson(t, {
      auths: {
        "registry.test": { auth: base64("me:a:b") },
        "https://other.test/v2/": { username: "you", password: "c" },
        "https://index.docker.io/v1/": { auth: base64("hub:d") },
        "token.test": { identitytoken: "e" },
        "empty.test": {},
      },
    });
    assert.deepEqual(await ask("registry.test"), ["me", "a:b"]);
    assert.deepEqual(await ask("other.test"), ["you", "c"]);
    assert.deepEqual(await ask("registry-1.docker.io"), ["hub", "d"]);
    assert.deepEqual(await ask("token.test"), ["token", "e"]);
    for (const registry of ["empty.test", "nobody.test", "test", "evil-registry.test"]) assert.equal(await ask(registry), undefined);
  });

  it("is known by a pattern of registries and by the one path in it, as in a Secret of Kubernetes; a registry's own name counts more", async (t) => {
    const { ask } = await asPerson(t, {
      auths: {
        "*.cloud.test": { auth: base64("any:a") },
        "own.cloud.test": { auth: base64("own:b") },
        "https://path.test/team/app": { auth: base64("team:c") },
        "two.test/one": { auth: base64("one:d") },
        "two.test/other": { auth: base64("other:e") },
        "reg-*.test:5000": { auth: base64("port:f") },
      },
    });
    assert.deepEqual(await ask("eu.cloud.test"), ["any", "a"]);
    assert.deepEqual(await ask("own.cloud.test"), ["own", "b"]);
    assert.deepEqual(await ask("path.test"), ["team", "c"]);
    assert.deepEqual(await ask("reg-7.test:5000"), ["port", "f"]);
    for (const registry of ["a.eu.cloud.test", "cloud.test", "two.test", "reg-7.test", "evilcloud.test"])
      assert.equal(await ask(registry), undefined, registry);
  });

  it("is asked of the helper that is named for the registry, else of the one for all; it is told the registry's name alone", async (t) => {
    const config = {
      credsStore: "all",
      credHelpers: { "own.test": "own", "cloud.test": "cloud" },
      auths: { "missing.test": { auth: base64("me:a") } },
    };
    const { ask } = await asPerson(t, config, {
      all: `read host; [ "$1 $host" = "get registry.test" ] && echo '{"Username":"all","Secret":"a"}' || exit 1`,
      own: `echo '{"Username":"own","Secret":"b"}'`,
      cloud: `echo '{"Username":"<token>","Secret":"c"}'`,
    });
    assert.deepEqual(await ask("registry.test"), ["all", "a"]);
    assert.deepEqual(await ask("own.test"), ["own", "b"]);
    assert.deepEqual(await ask("cloud.test"), ["token", "c"]);
    assert.deepEqual(await ask("missing.test"), ["me", "a"], "where the helper knows nothing, what is stored counts");
  });

  it("is nobody where the configuration is none, or the helper is missing, speaks nonsense, or has a path for a name", async (t) => {
    for (const config of ["{", "[]", '{"auths": 7}', { credsStore: "none" }, { credsStore: "odd" }, { credsStore: "../../bin/sh" }]) {
      const { ask } = await asPerson(t, config, { odd: "echo nonsense" });
      assert.equal(await ask("registry.test"), undefined);
    }
  });

  it("is written down for some registries alone", async (t) => {
    const { credentials } = await asPerson(t, {
      auths: { "a.test": { auth: base64("me:a") }, "b.test": { auth: base64("me:b") }, "docker.io": { identitytoken: "c" } },
    });
    const text = (await configFor(credentials, ["a.test", "registry-1.docker.io", "nobody.test"]))?.reveal() ?? "";
    assert.deepEqual(JSON.parse(text), {
      auths: { "a.test": { auth: base64("me:a") }, "https://index.docker.io/v1/": { identitytoken: "c" } },
    });
    assert.equal(await configFor(credentials, ["nobody.test"]), undefined);
  });
});
