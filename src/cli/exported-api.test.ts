import assert from "node:assert/strict";
import { it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import { exportedApi } from "./exported-api.ts";

const stored = (kind: string, name: string, rest: object) =>
  storedObject({ apiVersion: "portico.dev/v1alpha1", kind, metadata: { name, namespace: "a", uid: "u", resourceVersion: "1" }, ...rest });

it("an API is exported with its image by digest in place of its documents, and with the backends and Securities that it needs", () => {
  const spec = { definition: [{ configMap: { name: "pets" } }], version: "1", builder: "layer", rebuild: "always", replicas: 2 };
  const status = { image: "r/pets:1@sha256:0", inputHash: "abc", backends: ["store"], securities: ["user"], conditions: [] };
  const securities = ["key", "user"].map((name) => stored("Security", name, { spec: { type: "jwt" } }));
  const endpoints = ["other", "store"].map((name) =>
    stored("TargetEndpoint", name, { spec: { url: `http://${name}` }, status: { users: 1 } }),
  );
  assert.deepEqual(must(exportedApi(stored("API", "pets", { spec, status }), endpoints, securities)), [
    { apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", metadata: { name: "store" }, spec: { url: "http://store" } },
    { apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name: "user" }, spec: { type: "jwt" } },
    {
      apiVersion: "portico.dev/v1alpha1",
      kind: "API",
      metadata: { name: "pets" },
      spec: { image: "r/pets:1@sha256:0", inputHash: "abc", replicas: 2 },
    },
  ]);
  assert.deepEqual(
    exportedApi(stored("API", "pets", { spec }), endpoints, securities).problems.map(({ reason }) => reason),
    ["ImageMissing"],
  );
});

it("what it uses of other namespaces is exported with them, and it is said what it needs there", () => {
  const status = { image: "r/pets:1@sha256:0", inputHash: "abc", backends: ["shared/store"], securities: [], conditions: [] };
  const store = (namespace: string) =>
    storedObject({
      ...{ apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", spec: { url: "http://store" } },
      metadata: { name: "store", namespace, uid: "u", resourceVersion: "1" },
    });
  const { problems, ...exported } = exportedApi(stored("API", "pets", { spec: {}, status }), [store("a"), store("shared")], []);
  assert.ok(exported.ok);
  assert.deepEqual(exported.value[0]?.metadata, { name: "store", namespace: "shared" });
  assert.match(problems.map(({ message }) => message).join(), /`shared`.*ReferenceGrant/);
});
