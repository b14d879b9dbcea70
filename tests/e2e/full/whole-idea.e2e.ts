import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pem } from "../../../testing/client-certificates.ts";
import { tokenIssuer } from "../../../testing/token-issuer.ts";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { objectOf, store } from "../harness/api.ts";
import { statusFrom } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { installOperator, type Operator } from "../harness/operator.ts";
import { withPlugins } from "../harness/plugins.ts";
import { target } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

/** As the founding idea has it: a swagger.json that refers to a backend, a limit and what protects it. */
const swagger = {
  swagger: "2.0",
  info: { title: "Petstore", version: "1.0.0" },
  basePath: "/v2",
  "x-portico": { backend: "store" },
  securityDefinitions: {
    token: { type: "oauth2", flow: "application", tokenUrl: "https://issuer.test/token", scopes: { read: "to read" } },
    key: { type: "apiKey", in: "header", name: "X-Api-Key" },
  },
  paths: {
    "/pets": { get: { operationId: "listPets", security: [{ token: ["read"] }], responses: { 200: { description: "ok" } } } },
    "/pets/{id}": {
      parameters: [{ name: "id", in: "path", required: true, type: "string" }],
      get: { operationId: "getPet", security: [{ key: [] }], "x-portico": { rateLimit: "few" }, responses: { 200: { description: "ok" } } },
    },
    "/health": { get: { operationId: "health", security: [], responses: { 200: { description: "ok" } } } },
  },
};

const issuer = tokenIssuer("https://issuer.test", "RS256", "one", createPrivateKey(pem("issuer.key")));
const policies = [
  store,
  objectOf("RateLimiting", "few", { type: "operation", requests: 2, unit: "hour", scope: "local", key: { by: "client" } }),
  objectOf("Security", "token", {
    type: "jwt",
    jwt: { issuers: [{ issuer: issuer.issuer, jwks: { certificate: { name: "issuer", key: "tls.crt" } } }] },
  }),
  objectOf("Security", "key", { type: "apiKey", apiKey: { keys: { name: "partners" } } }),
];
const secrets = [
  ["issuer", { "tls.crt": pem("issuer.pem") }],
  ["partners", { ann: "key-of-ann", bob: "key-of-bob" }],
] as const;

describe("the founding idea, whole", { timeout: 600_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    operator = await installOperator(ending);
  });
  after(ending.run);

  it("a swagger.json becomes a running gateway by one command: built by Kaniko, protected, limited; elsewhere the same image without a build", async (t) => {
    const folder = await testFolder(t);
    const env = await withPlugins(folder);
    const project = join(folder, "petstore");
    await mkdir(project);
    await writeFile(join(project, "swagger.json"), JSON.stringify(swagger));
    await writeFile(join(project, "policies.yaml"), policies.map((one) => JSON.stringify(one)).join("\n---\n"));
    const [first, second] = [await makeNamespace(t), await makeNamespace(t)];
    const add = async (namespace: Namespace): Promise<string> => {
      for (const [name, stringData] of secrets) await namespace.apply({ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData });
      const files = ["--from-file", join(project, "swagger.json"), "--resources", join(project, "policies.yaml")];
      return run([...target.kubectl, "add", "api", "petstore", ...files, "--namespace", namespace.name, "--timeout", "400"], { env });
    };
    const builds = (): Promise<string> =>
      operator.builds.kubectl("get", "events", "--output=name", "--field-selector=involvedObject.kind=Pod");
    const show = async (namespace: Namespace): Promise<void> => {
      const status = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
        statusFrom(namespace, "store-backend", `http://petstore-gateway/v2${path}`, headers);
      await until("the backend is there", async () => (await status("/health")) === 200, 60_000);
      const bearer = (claims: object): Readonly<Record<string, string>> => ({
        authorization: `Bearer ${issuer.token({ claims: { ...claims } })}`,
      });
      assert.deepEqual(
        [await status("/pets"), await status("/pets", bearer({})), await status("/pets", bearer({ scope: "read" }))],
        [401, 403, 200],
      );
      const [ann, bob] = [{ "x-api-key": "key-of-ann" }, { "x-api-key": "key-of-bob" }];
      const asked = [await status("/pets/7"), await status("/pets/7", ann), await status("/pets/7", ann), await status("/pets/7", ann)];
      assert.deepEqual([...asked, await status("/pets/7", bob)], [401, 200, 200, 429, 200]);
    };
    assert.equal(await add(first), `http://petstore-gateway.${first.name}.svc\n`);
    assert.match(await builds(), /event/, "Kaniko's pod built it");
    await show(first);
    const before = await builds();
    assert.equal(await add(second), `http://petstore-gateway.${second.name}.svc\n`);
    assert.equal(await builds(), before, "no pod built anything");
    const image = (namespace: Namespace): Promise<string> => namespace.field("api/petstore", ".status.image");
    assert.equal(await image(second), await image(first));
    await show(second);
  });
});
