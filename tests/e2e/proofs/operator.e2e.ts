import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { requestFrom } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { installOperator, type Operator } from "../harness/operator.ts";
import { testImage } from "../harness/target.ts";

const pets = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  "x-portico": { backend: "store" },
  paths: {
    "/pets": { get: { operationId: "listPets", responses: {} } },
    "/pets/{id}": { get: { operationId: "getPet", responses: {} } },
  },
};

const configMap = (name: string, document: object): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { "swagger.json": JSON.stringify(document) },
});

const object = (kind: string, name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind,
  metadata: { name },
  spec,
});

const store = object("TargetEndpoint", "store", {
  deploy: { image: testImage("echo"), port: 8080, readinessPath: "/ready" },
});

describe("the operator", { timeout: 600_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    operator = await installOperator(ending);
  });
  after(ending.run);

  for (const builder of ["layer", "kaniko"]) {
    it(`serves an API from its document, with an image from ${builder}`, async (t: TestContext) => {
      const namespace = await makeNamespace(t);
      const began = performance.now();
      await namespace.apply(
        configMap("pets", pets),
        store,
        object("API", `pets-${builder}`, { definition: [{ configMap: { name: "pets" } }], builder }),
      );
      await namespace.condition(`api/pets-${builder}`, "Ready", 120);
      t.diagnostic(`from apply to Ready: ${((performance.now() - began) / 1000).toFixed(1)} s`);
      const answer = JSON.parse(await requestFrom(namespace, "store-backend", `http://pets-${builder}-gateway/pets/7`));
      assert.equal(answer.path, "/pets/7");
      assert.match(
        await columns(namespace, `pets-${builder}`),
        new RegExp(
          `pets-${builder} +True +Ready +http://pets-${builder}-gateway.${namespace.name}.svc +2 +${operator.registry}/pets-${builder}:1.0.0@sha256:`,
        ),
      );
    });
  }
});

const columns = (namespace: Namespace, api: string): Promise<string> => namespace.kubectl("get", "api", api, "--output=wide");
