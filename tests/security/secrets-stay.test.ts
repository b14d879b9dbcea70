import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { hash } from "bcryptjs";
import { parseReference } from "../../src/image/reference.ts";
import { startBackend } from "../../testing/backend.ts";
import { findCanary, formsOf } from "../../testing/canary.ts";
import { must } from "../../testing/envoy.ts";
import { putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { caseValues, goldenCases } from "../../testing/golden-case.ts";
import { configurationOf, processesOf, textsIn } from "../../testing/looked-through.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import { runPortico, type Served, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { until } from "../../testing/until.ts";
import { targetEndpoint } from "../backends/served.ts";
import { guarded, keySecurity, secret, security, tokenSecurity } from "./protected-gateway.ts";

/** One for each place that a secret comes from: none must be anywhere but in the mounted files. */
const canaries = {
  key: "canary-key-7/Fq",
  hash: "",
  password: "canary-password-7/Fq",
  introspectionSecret: "canary-client-7/Fq",
  opaqueToken: "canary.opaque.7-Fq",
  authorization: "canary-authorization-7/Fq",
  backend: "canary-backend-7/Fq",
};
const issuer = tokenIssuer();
const token = issuer.token();
const basic = (name: string, password: string): string => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

const lines = (...objects: readonly object[]): string => objects.map((one) => JSON.stringify(one)).join("\n---\n");

async function resourcesFor(introspectionUrl: string, authorizerUrl: string): Promise<readonly object[]> {
  canaries.hash = await hash(canaries.password, 4);
  return [
    ...keySecurity("key", { dave: canaries.key }),
    security("staff", { type: "basic", basic: { users: { name: "users" } } }),
    secret("users", { htpasswd: `alice:${canaries.hash}` }),
    security("opaque", { type: "oauth2", oauth2: { introspectionUrl, client: { name: "client" } } }),
    secret("client", { username: "gateway", password: canaries.introspectionSecret }),
    security("own", { type: "authorizer", authorizer: { url: authorizerUrl, sendHeaders: ["authorization"] } }),
    tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
  ];
}

/** An operation whose backend is shown a Secret, and what says so. */
const partner = { "/partner": { ...guarded(), "x-portico": { backend: "partner" } } };
const partnerAt = (url: string): readonly object[] => [
  targetEndpoint("partner", { url, credentials: { bearer: { name: "partner" } } }),
  secret("partner", { token: canaries.backend }),
];

const documentFor = (url: string, names: readonly string[], more: object = {}): object => ({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  servers: [{ url }],
  components: { securitySchemes: { key: { type: "apiKey", in: "query", name: "key" } } },
  paths: { ...Object.fromEntries(names.map((name) => [`/${name}`, guarded({ [name]: [] })])), ...more },
});

function assertNone(where: string, text: string, among: readonly string[] = [...Object.values(canaries), token]): void {
  for (const canary of among) assert.deepEqual(formsOf(canary, Buffer.from(text)), [], `${canary} in ${where}`);
}

describe("secrets stay where they belong", { timeout: 120_000 }, () => {
  const scope: Scope = suiteScope();
  let gateway: Served;
  const answers: string[] = [];
  before(async () => {
    const backend = await startBackend(scope, ({ path, headers }, response) => {
      response.statusCode = path !== "/partner" || headers.authorization === `Bearer ${canaries.backend}` ? 200 : 401;
      response.end("pets");
    });
    const issuerOfOpaque = await startBackend(scope, ({ headers, body }, response) => {
      const isKnown = headers.authorization === basic("gateway", encodeURIComponent(canaries.introspectionSecret));
      response.statusCode = isKnown ? 200 : 401;
      response.end(JSON.stringify({ active: body.includes("canary.opaque") }));
    });
    const authorizer = await startBackend(scope, ({ headers }, response) => {
      response.statusCode = headers.authorization === canaries.authorization ? 200 : 500;
      response.end();
    });
    const resources = lines(
      ...(await resourcesFor(`${issuerOfOpaque.url}/introspect`, `${authorizer.url}/check`)),
      ...partnerAt(backend.url),
    );
    const names = ["key", "staff", "opaque", "own", "user"];
    const files = { "pets.json": JSON.stringify(documentFor(backend.url, names, partner)), "resources.yaml": resources };
    gateway = await servePortico(scope, files, "--resources", "resources.yaml");
  });
  const ask = async (target: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
    const answer = await send(gateway.port, { send: `GET ${target}`, headers });
    answers.push(JSON.stringify(answer));
    return answer.status;
  };

  it("the credentials are good, and their like is not", async () => {
    const key = encodeURIComponent(canaries.key);
    assert.equal(await ask(`/key?key=${canaries.key}`), 200);
    assert.equal(await ask(`/key?key=${key}x`), 401);
    assert.equal(await ask("/staff", { authorization: basic("alice", canaries.password) }), 200);
    assert.equal(await ask("/staff", { authorization: basic("alice", `${canaries.password}x`) }), 401);
    assert.equal(await ask("/opaque", { authorization: `Bearer ${canaries.opaqueToken}` }), 200);
    assert.equal(await ask("/opaque", { authorization: `Bearer ${token}` }), 401);
    assert.equal(await ask("/own", { authorization: canaries.authorization }), 200);
    assert.equal(await ask("/own", { authorization: `${canaries.authorization}x` }), 503);
    assert.equal(await ask("/user", { authorization: `Bearer ${token}` }), 200);
    assert.equal(await ask("/user", { authorization: `Bearer ${token}x` }), 401);
    assert.equal(await ask("/partner"), 200);
  });

  it("they are in the mounted files, where the search finds them", async () => {
    const [run = ""] = await readdir(gateway.runs);
    const texts = await textsIn(join(gateway.runs, run));
    for (const canary of [canaries.key, canaries.hash, canaries.introspectionSecret, canaries.backend])
      assert.ok(texts.includes(JSON.stringify(canary).slice(1, -1)), canary);
  });

  it("they are in no log, answer, metric, command line or environment", async () => {
    const shown = "/shown?key=none";
    await ask(shown);
    await until("its line", () => gateway.stdout.some((line) => line.includes('"/shown"')));
    assertNone("the access log", gateway.stdout.join("\n"));
    assertNone("what the program says", gateway.stderr.join("\n"));
    assertNone("the answers", answers.join("\n"));
    assertNone("the metrics", (await send(gateway.monitoringPort, { send: "GET /metrics" })).body);
    const processes = await processesOf(gateway.pid);
    assert.ok(processes.files >= 6, "Envoy and the policy agent are among them");
    assertNone("processes", processes.text);
    // The search finds one that leaked on purpose: paths are logged.
    await ask(`/shown/${canaries.opaqueToken}`);
    const leaked = await until("its line", () => gateway.stdout.find((line) => line.includes('"/shown/')));
    assert.notDeepEqual(formsOf(canaries.opaqueToken, Buffer.from(leaked)), []);
  });

  it("what Envoy says of its configuration has them where its filters look them up, and nowhere else", async () => {
    const dump = await configurationOf(gateway);
    // A key is looked up as it is (rbac's matcher). The socket is this user's alone, and nothing on the ports leads to it.
    assert.deepEqual(formsOf(canaries.key, Buffer.from(dump)), ["plain"]);
    const { key: _, ...others } = canaries;
    assertNone("the configuration that Envoy says", dump, [...Object.values(others), token]);
  });

  it("they are in no image of a golden case, whose mounted parts have them", async () => {
    let mounted = 0;
    for (const { folder, input } of goldenCases()) {
      const secrets = [...caseValues({ input }).values()].flatMap((entries) => [...entries.values()].map((value) => value.reveal()));
      const image = await textsIn(join(folder, "out", "image")).catch(() => "");
      const rest = await textsIn(join(folder, "out", "mounted")).catch(() => "");
      for (const text of secrets.filter(({ length }) => length > 5)) {
        assert.deepEqual(formsOf(text, Buffer.from(image)), [], folder);
        mounted += formsOf(text, Buffer.from(rest)).length;
      }
    }
    assert.ok(mounted > 0, "the search finds them where they belong");
  });

  it("they are in no image, and in nothing that a command prints", async () => {
    const out = join(await temporaryFolder(scope), "out");
    const commands = [
      ["build", "pets.json", "--resources", "resources.yaml", "--out", out],
      ["check", "pets.json", "--resources", "resources.yaml", "--format", "json"],
      ["routes", "pets.json", "--resources", "resources.yaml", "--json"],
      ["explain", "GET", `/key?key=${canaries.key}`, "pets.json", "--resources", "resources.yaml"],
    ];
    for (const [name = "", ...more] of commands) {
      const { exit, stdout, stderr } = await runPortico(scope, [name, ...more], gateway.folder);
      assert.equal(exit, 0, `${name}: ${stderr}`);
      // What was asked for by name may be said again.
      assertNone(
        name,
        stdout + stderr,
        Object.values(canaries).filter((one) => name !== "explain" || one !== canaries.key),
      );
    }
    assertNone("the image", await textsIn(join(out, "image")));
    assert.ok(formsOf(canaries.key, readFileSync(join(out, "mounted", "keys.json"))).length > 0, "the mounted part has it");
  });

  it("they are in no project, in no image that a registry has, and in nothing that lies beside it", async () => {
    const fake = await startFakeRegistry(scope);
    await putBaseImage(fake, "gateway", "1", "amd64");
    const project = join(await temporaryFolder(scope), "project");
    const sources = ["pets.json", "--resources", "resources.yaml"];
    const image = ["--base", `${fake.host}/gateway:1`, "--to", `${fake.host}/pets:1`, "--plain-http-registry", fake.host];
    for (const args of [
      ["build", ...sources, "--project", project],
      ["image", "build", ...sources, ...image],
    ]) {
      const { exit, stderr } = await runPortico(scope, args, gateway.folder, { DOCKER_CONFIG: project });
      assert.equal(exit, 0, stderr);
    }
    assertNone("the project", await textsIn(project));
    const registry = openRegistries(scope)(fake.host);
    const built = must(parseReference(`${fake.host}/pets:1`));
    for (const one of Object.values(canaries)) assert.deepEqual(await findCanary(registry, built, one), []);
    assert.ok((await findCanary(registry, built, "Pets")).length > 0, "the search finds what is there");
  });

  it("a text that is no YAML is not shown where a Secret is in it", async () => {
    await gateway.write(
      "broken.yaml",
      `kind: Security\n---\nkind: Secret\nstringData:\n  dave: ${canaries.key}\n  dora: "${canaries.key}\n`,
    );
    const { exit, stdout, stderr } = await runPortico(scope, ["check", "pets.json", "--resources", "broken.yaml"], gateway.folder);
    assert.equal(exit, 1);
    assert.match(stdout + stderr, /^broken\.yaml:\d+:\d+: error /m);
    assertNone("an error", stdout + stderr);
  });

  it("they are in no error about them", async () => {
    const { key, introspectionSecret, hash: hashed } = canaries;
    const broken: readonly (readonly [name: string, ...resources: object[]])[] = [
      ["key", ...keySecurity("key", { dave: key, dora: key })],
      ["staff", security("staff", { type: "basic", basic: { users: { name: "users" } } }), secret("users", { htpasswd: `${hashed}` })],
      [
        "staff",
        security("staff", { type: "basic", basic: { users: { name: "users" } } }),
        secret("users", { htpasswd: `alice:${key}\nalice:${hashed}\nalice:${hashed}` }),
      ],
      [
        "opaque",
        security("opaque", { type: "oauth2", oauth2: { introspectionUrl: "http://127.0.0.1:1/", client: { name: "client" } } }),
        secret("client", { user: introspectionSecret, passwort: introspectionSecret }),
      ],
      [
        "user",
        tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { secret: { name: "keys" } } }] }),
        secret("keys", { "jwks.json": `{"keys":[{"kty":"oct","k":"${key}"}]}` }),
      ],
      ["key", ...keySecurity("key", {}), { apiVersion: "v1", kind: "Secret", metadata: { name: "key-keys" }, stringData: { dave: [key] } }],
    ];
    const out = join(await temporaryFolder(scope), "out");
    for (const [name, ...resources] of broken) {
      await gateway.write("broken.json", JSON.stringify(documentFor("http://pets.example", [name])));
      await gateway.write("broken.yaml", lines(...resources));
      const { stdout, stderr } = await runPortico(
        scope,
        ["build", "broken.json", "--resources", "broken.yaml", "--out", out],
        gateway.folder,
      );
      assert.match(stdout + stderr, /^broken\.yaml:\d+:\d+: (?:error|warning) /m);
      assertNone("an error", stdout + stderr);
    }
  });
});
