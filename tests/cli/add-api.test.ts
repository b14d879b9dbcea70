import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Command } from "commander";
import { addApi } from "../../src/cli/add.ts";
import { serveHttp } from "../../testing/http-server.ts";
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

  it("says in the API what leads to its gateway", async (t) => {
    const specWith = async (...more: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
      const { code, stdout, stderr } = await print(t, ...more);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout).items.at(-1).spec;
    };
    for (const type of ["ClusterIP", "NodePort", "LoadBalancer"])
      assert.deepEqual((await specWith(`--expose=${type}`)).expose, { service: { type } });
    assert.deepEqual((await specWith("--expose=Ingress", "--host=a.test")).expose, { hosts: ["a.test"], ingress: {} });
    // What is asked of the command alone stands in no object.
    assert.deepEqual(await specWith("--timeout=7", "--override", "--kubeconfig=none", "--context=none"), await specWith());
  });

  it("packs functions of the folder that is named", async (t) => {
    const look = "export const look = () => undefined;\n";
    const document = JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      servers: [{ url: "http://pets.test" }],
      "x-portico": { interceptors: { request: "./look.ts#look" } },
      paths: { "/pets": { get: { responses: {} } } },
    });
    const cwd = await folderWith(t, { "docs/api.json": document, "own/look.ts": look });
    const ask = ["add", "api", "pets", "--from-file=docs/api.json", "--dry-run=client", "--output=json"];
    assert.equal((await portico(ask, { cwd })).code, 1);
    const { code, stdout, stderr } = await portico([...ask, "--interceptors=own"], { cwd });
    assert.equal(code, 0, stderr);
    const { items } = JSON.parse(stdout);
    const { name, key } = items.at(-1).spec.interceptors.source;
    const held = items.find(
      ({ kind, metadata }: { kind: string; metadata: { name: string } }) => kind === "ConfigMap" && metadata.name === name,
    );
    assert.ok(key in { ...held.data, ...held.binaryData });
  });

  it("asks the cluster that a kubeconfig and a context name, in the context's namespace", async (t) => {
    const asked: string[] = [];
    const port = await serveHttp(t, ({ url = "" }, answer) => {
      asked.push(url);
      answer.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify({ kind: "Status", message: "Not you." }));
    });
    const cluster = (name: string, server: string): object => ({ name, cluster: { server, "insecure-skip-tls-verify": true } });
    const cwd = await folderWith(t, {
      "api.yaml": documentOf(onePath),
      kubeconfig: JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "gone",
        clusters: [cluster("gone", "http://127.0.0.1:1"), cluster("there", `http://127.0.0.1:${port}`)],
        users: [{ name: "a", user: {} }],
        contexts: [
          { name: "gone", context: { cluster: "gone", user: "a" } },
          { name: "there", context: { cluster: "there", user: "a", namespace: "of-the-context" } },
        ],
      }),
    });
    const ask = (...more: readonly string[]) =>
      portico(["add", "api", "pets", "--from-file=api.yaml", "--dry-run=server", "--kubeconfig=kubeconfig", ...more], { cwd });
    assert.match((await ask()).stderr, /ClusterUnreachable/);
    assert.match((await ask("--context=none")).stderr, /NoCluster: There is no context `none`/);
    assert.equal(asked.length, 0);
    assert.match((await ask("--context=there")).stderr, /ClusterDenied/);
    assert.match(asked.join("\n"), /^\/apis\/portico\.dev\/v1alpha1\/namespaces\/of-the-context\/apis\/pets$/m);
  });

  it("is used wrongly with a time that is no number, and a choice that there is not", async (t) => {
    for (const option of ["--timeout=soon", "--expose=Everywhere", "--mode=fast"]) {
      const { code, stdout, stderr } = await print(t, option);
      assert.deepEqual([code, stdout], [2, ""], option);
      assert.match(stderr, new RegExp(option.slice(0, option.indexOf("="))));
    }
  });

  it("is used wrongly with --override where no document is named, which would be passed over", async () => {
    for (const ask of [
      ["add", "api", "pets", "--image=r.test/pets:1", "--override"],
      ["update", "api", "pets", "--override"],
    ]) {
      const { code, stdout, stderr } = await portico(ask);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /--override builds a document anew/);
    }
  });

  it("says what the cluster would not take before anything is sent", async (t) => {
    const wrong: readonly (readonly [option: string, said: RegExp])[] = [
      ["--host=bad host", /spec\/expose\/hosts/],
      ["--version=bad version!", /spec\/version/],
      ["--replicas=99999", /spec\/replicas/],
      ["--mode=privateJet", /NotYet: `mode`/],
      ["--namespace=Bad NS", /Not a DNS label/],
    ];
    for (const [option, said] of wrong) {
      const { code, stdout, stderr } = await print(t, option);
      assert.deepEqual([code, stdout], [1, ""], option);
      assert.match(stderr, said, option);
    }
  });

  it("adds no operation whose credential nothing checks", async (t) => {
    const open = { openapi: "3.1.0", info: { title: "Pets", version: "1" }, servers: [{ url: "http://pets.test" }] };
    const schemes = { components: { securitySchemes: { user: { type: "http", scheme: "bearer" } } } };
    const paths = { "/pets": { get: { security: [{ user: [] }], responses: {} } } };
    const cwd = await folderWith(t, { "api.yaml": JSON.stringify({ ...open, ...schemes, paths }) });
    const ended = await portico(["add", "api", "pets", "--from-file=api.yaml", "--dry-run=client", "--output=json"], { cwd });
    assert.deepEqual([ended.code, ended.stdout], [1, ""]);
    assert.match(ended.stderr, /^api\.yaml:1:\d+: error MissingSecurity: 1 operation needs `user`/);
  });

  it("adds nothing that its gateway could not be made with, and nothing that sends a Secret where a document says", async (t) => {
    const ask = async (extension: object) => {
      const document = { openapi: "3.1.0", info: { title: "Pets", version: "1" }, "x-portico": extension };
      const api = { ...document, paths: { "/pets": { get: { operationId: "listPets", responses: {} } } } };
      const cwd = await folderWith(t, { "api.yaml": JSON.stringify(api) });
      return portico(["add", "api", "pets", "--from-file=api.yaml", "--dry-run=client", "--output=json"], { cwd });
    };
    const url = "http://pets.test";
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ backend: { url, credentials: { bearer: { name: "any-secret" } } } }, /`url` and `credentials` there/],
      [
        { backend: { url: "https://pets.test", tls: { clientCertificate: { name: "any-secret" } } } },
        /`url` and `clientCertificate` there/,
      ],
      [
        { backend: { url }, envoyPatches: [{ of: "clusters", operations: [{ op: "add", path: "/a", value: 1 }] }] },
        /Write this into its `envoyPatches`/,
      ],
    ];
    for (const [extension, said] of wrong) {
      const { code, stdout, stderr } = await ask(extension);
      assert.deepEqual([code, stdout], [1, ""], stderr);
      assert.match(stderr, said);
    }
  });

  it("adds no API whose patch cannot be made", async (t) => {
    const document = { openapi: "3.1.0", info: { title: "Pets", version: "1" }, "x-portico": { backend: { url: "http://pets.test" } } };
    const envoyPatches = [{ of: "routes", operation: "listPets", operations: [{ op: "remove", path: "/no_such_field" }] }];
    const cwd = await folderWith(t, {
      "pets/api.json": JSON.stringify({ ...document, paths: { "/pets": { get: { operationId: "listPets", responses: {} } } } }),
      "pets/object.json": JSON.stringify({
        apiVersion: "portico.dev/v1alpha1",
        kind: "API",
        metadata: { name: "pets" },
        spec: { envoyPatches },
      }),
    });
    const { code, stdout, stderr } = await portico(["add", "api", "pets", "--from-file=pets", "--dry-run=client", "--output=json"], {
      cwd,
    });
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.match(stderr, /This patch cannot be made/);
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
