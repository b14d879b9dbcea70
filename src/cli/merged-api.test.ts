import assert from "node:assert/strict";
import { it } from "node:test";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import type { Manifests } from "./api-manifests.ts";
import { mergedApi } from "./merged-api.ts";

const options = {
  fromFile: [],
  resources: [],
  env: [],
  host: [],
  override: false,
  wait: true,
  makeSecrets: false,
  buildLog: false,
  timeout: 1,
};
const made = (spec: object, version = "1.0.0"): Manifests => ({
  resources: [],
  maps: [],
  namespace: "a",
  api: { apiVersion: "portico.dev/v1alpha1", kind: "API", metadata: { name: "pets", namespace: "a" }, spec },
  inputHash: "new",
  version,
  promised: undefined,
});
const there = (spec: object, status: object = {}) =>
  storedObject({
    apiVersion: "portico.dev/v1alpha1",
    kind: "API",
    metadata: { name: "pets", namespace: "a", uid: "u", resourceVersion: "1" },
    spec,
    status: { image: `r.test/pets:1.0.0@sha256:${"0".repeat(64)}`, inputHash: "old", ...status },
  });
const rebuild = ({ api }: Manifests): unknown => Object(api.metadata.annotations)["portico.dev/rebuild-to"];

it("what is left unsaid of an API stays, a part of a field too; a document takes an image's place", () => {
  const before = {
    image: "r.test/pets:1",
    replicas: 2,
    expose: { hosts: ["a.test"], ingress: { className: "nginx" }, tls: { name: "c" } },
  };
  assert.deepEqual(mergedApi(made({ definition: [], expose: { hosts: ["b.test"] } }), there(before), options).api.spec, {
    definition: [],
    replicas: 2,
    expose: { hosts: ["b.test"], ingress: { className: "nginx" }, tls: { name: "c" } },
  });
});

it("without a document or an image the one that is there stays", () => {
  const before = { definition: [{ inline: "{}" }], inputHash: "abc", replicas: 2 };
  assert.deepEqual(mergedApi(made({ replicas: 3 }), there(before), options).api.spec, { ...before, replicas: 3 });
});

it("another document is an ask to move the tag only where its version is the one that serves", () => {
  assert.equal(rebuild(mergedApi(made({}), there({}), options)), "new");
  assert.equal(rebuild(mergedApi(made({}, "2.0.0"), there({}), options)), undefined);
  assert.equal(rebuild(mergedApi(made({}, "2.0.0"), there({ version: "1.0.0" }), options)), "new");
  assert.equal(rebuild(mergedApi(made({}), there({}), { ...options, version: "2.0.0" })), undefined);
  assert.equal(rebuild(mergedApi(made({}), there({}), { ...options, version: "1.0.0" })), "new");
  assert.equal(rebuild(mergedApi(made({}, "2.0.0"), there({}), { ...options, override: true })), "new");
  assert.equal(rebuild(mergedApi(made({}), undefined, options)), undefined);
});

it("the same document, said again, is an ask where its image was made with other things than there are now", () => {
  const outdated = (status: string) => ({
    inputHash: "new",
    conditions: [{ type: "Outdated", status, reason: "MadeWithOlder", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }],
  });
  assert.equal(rebuild(mergedApi(made({}), there({}, outdated("True")), options)), "new");
  assert.equal(rebuild(mergedApi(made({}), there({}, outdated("False")), options)), undefined);
});
