import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";
import { portico } from "./portico.ts";

const inFile = ["--secret", "partners", "--file", "keys.yaml"];

describe("portico key", () => {
  it("makes keys, lists whose there are, and revokes them: none is shown but once", async (t) => {
    const cwd = await temporaryFolder(t);
    const key = (...words: readonly string[]) => portico(["key", ...words, ...inFile], { cwd });
    const [alice, bob] = [await key("create", "alice"), await key("create", "bob")];
    assert.deepEqual([alice.code, alice.stderr], [0, "alice has a key in the Secret partners in keys.yaml. It is shown this once:\n"]);
    assert.match(alice.stdout, /^[\w-]{43}\n$/);
    assert.notEqual(alice.stdout, bob.stdout);
    assert.equal((await stat(join(cwd, "keys.yaml"))).mode & 0o777, 0o600);
    assert.equal((await key("list")).stdout, "alice\nbob\n");
    assert.deepEqual(JSON.parse((await key("list", "--json")).stdout), [{ client: "alice" }, { client: "bob" }]);
    const again = await key("create", "alice");
    assert.deepEqual([again.code, again.stdout], [1, ""]);
    assert.match(again.stderr, /`alice` has a key already\. Give another one in its place with --replace\./);
    const other = await key("create", "alice", "--replace");
    const text = await readFile(join(cwd, "keys.yaml"), "utf8");
    assert.ok(text.includes(other.stdout.trim()) && text.includes(bob.stdout.trim()) && !text.includes(alice.stdout.trim()));
    const ofTier = await key("create", "carol", "--tier", "gold");
    assert.match(ofTier.stdout, /^[\w-]{43}\n$/);
    assert.match(await readFile(join(cwd, "keys.yaml"), "utf8"), new RegExp(`carol: \\|-\\n +${ofTier.stdout.trim()}\\n +tier: gold\\n`));
    assert.equal((await key("create", "dora", "--tier", "two words")).code, 2);
    assert.equal((await key("revoke", "carol")).code, 0);
    assert.equal((await key("revoke", "alice")).code, 0);
    assert.equal((await key("revoke", "alice")).code, 1);
    assert.equal((await key("list")).stdout, "bob\n");
  });

  it("leaves a file alone that holds anything else, keeps what the Secret says beside its keys, and refuses names that none can have", async (t) => {
    const cwd = await temporaryFolder(t);
    const key = (...words: readonly string[]) => portico(["key", ...words, ...inFile], { cwd });
    const secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: partners\n  labels: {team: pets}\ntype: Opaque\ndata: {alice: a2V5}\n";
    const other = `${secret}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: pets}\n`;
    for (const text of [other, secret.replace("partners", "others"), "- a\n", ": ["]) {
      await writeFile(join(cwd, "keys.yaml"), text);
      assert.equal((await key("create", "bob")).code, 1, text);
      assert.equal(await readFile(join(cwd, "keys.yaml"), "utf8"), text);
    }
    await writeFile(join(cwd, "keys.yaml"), secret);
    await chmod(join(cwd, "keys.yaml"), 0o640);
    assert.equal((await key("create", "bob")).code, 0);
    const written = await readFile(join(cwd, "keys.yaml"), "utf8");
    assert.match(written, /labels:\n +team: pets\n.*\ndata:\n +alice: a2V5\n/s);
    assert.equal((await stat(join(cwd, "keys.yaml"))).mode & 0o777, 0o640);
    assert.equal((await key("create", "not a name")).code, 2);
    assert.equal((await key("create")).code, 2);
    assert.equal((await portico(["key", "list"], { cwd })).code, 2);
  });

  it("is followed by a gateway: the last key that is revoked is good no longer", async (t) => {
    const guarded = { get: { security: [{ partner: [] }], responses: {} } };
    const securitySchemes = { partner: { type: "apiKey", in: "header", name: "X-Key" } };
    const document = {
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      components: { securitySchemes },
      paths: { "/pets": guarded },
    };
    const security = {
      ...{ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name: "partner" } },
      spec: { type: "apiKey", apiKey: { keys: { name: "partners" } } },
    };
    const files = { "pets.json": JSON.stringify(document), "resources/security.json": JSON.stringify(security) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "resources");
    const keys = (...words: readonly string[]) =>
      portico(["key", ...words, "--secret", "partners", "--file", join(gateway.folder, "resources/keys.yaml")]);
    const status = async (key: string): Promise<number> =>
      (await send(gateway.port, { send: "GET /pets", headers: { "x-key": key } })).status;
    assert.equal(await status("a"), 401);
    const alice = (await keys("create", "alice")).stdout.trim();
    await until("the key is good", async () => (await status(alice)) === 200, 10_000);
    assert.equal((await keys("revoke", "alice")).code, 0);
    await until("it is good no longer", async () => (await status(alice)) === 401, 10_000);
  });
});
