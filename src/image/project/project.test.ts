import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../../testing/envoy.ts";
import { goldenCases, resolveCase } from "../../../testing/golden-case.ts";
import { testApi } from "../../../testing/model.ts";
import { envoy } from "../../compile/envoy/engine.ts";
import { gatewayFolder, imagePart } from "../../compile/gateway-folder.ts";
import type { CompiledApi } from "../../compile/manifest.ts";
import { plainBackend } from "../../model/backend.ts";
import { noValues } from "../../model/values.ts";
import { projectFiles, readProject } from "./project.ts";

const environment = {
  listener: { host: "0.0.0.0", port: 8080, tls: undefined },
  monitoring: { host: "0.0.0.0", port: 8081 },
  trustedHops: 0,
  mockSocket: "run/mocks.sock",
  trustedRoots: "/roots.pem",
  values: noValues,
  debug: false,
};

const imageOf = (apis: readonly CompiledApi[]) =>
  imagePart(gatewayFolder(envoy, apis, environment, () => ({ script: "", style: "" })).files);

const throughProject = (apis: readonly CompiledApi[]): readonly CompiledApi[] => {
  const files = projectFiles(apis, envoy.name);
  return must(readProject((path) => files.get(path)));
};

describe("a project", () => {
  const cases = goldenCases().filter((golden) => resolveCase(golden).ok);
  for (const golden of cases) {
    it(`makes the same image part as ${golden.name} itself`, () => {
      const apis = must(resolveCase(golden)).map(({ model }) => ({ model, published: '{"openapi":"3.1.0"}' }));
      assert.deepEqual(imageOf(throughProject(apis)), imageOf(apis));
    });
  }

  it("holds no address and no place in a document", () => {
    const canary = {
      ...testApi,
      backends: [
        {
          name: "pets",
          targets: [{ tls: true, host: "canary.internal", port: 4711, weight: 1, group: 0 }],
          path: "/canary",
          ...plainBackend,
          connectTimeoutMs: 4711,
        },
      ],
    };
    const files = projectFiles([{ model: canary, published: "{}" }], "envoy");
    assert.deepEqual([...files.keys()], ["gateway.yaml", "policies.yaml", "definition/petstore.json"]);
    for (const text of files.values()) assert.doesNotMatch(text, /canary|4711|pets\.yaml/);
  });

  it("that is none, or not whole, is a Problem", () => {
    const files = projectFiles([{ model: testApi, published: "{}" }], "envoy");
    const reasons = (read: (path: string) => string | undefined) =>
      readProject(read).problems.map(({ reason, where }) => `${reason} ${where.source}`);
    assert.deepEqual(
      reasons(() => undefined),
      ["BadProject gateway.yaml"],
    );
    assert.deepEqual(
      reasons((path) => (path === "gateway.yaml" ? "contract: 2\n" : "{}")),
      ["BadProject gateway.yaml"],
    );
    assert.deepEqual(
      reasons((path) => (path === "gateway.yaml" ? "a: [" : "{}")),
      ["NotYaml gateway.yaml"],
    );
    assert.deepEqual(
      reasons((path) => (path.startsWith("definition") ? undefined : files.get(path))),
      ["BadProject definition/petstore.json"],
    );
  });
});
