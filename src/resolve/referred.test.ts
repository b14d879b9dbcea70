import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readResources } from "../api/resource.ts";
import { referred } from "./referred.ts";
import type { ClusterSettings } from "./settings.ts";

const endpoint = (namespace: string | undefined, url: string) => {
  const value = { apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", metadata: { name: "store", namespace }, spec: { url } };
  return { name: `${namespace}.yaml`, text: "", document: 0, value: JSON.parse(JSON.stringify(value)) };
};
const inShop: ClusterSettings = { namespace: "shop", apiName: undefined, deployedHost: (name) => name };
const found = (files: Parameters<typeof readResources>[0], namespace: string | undefined, cluster?: ClusterSettings) => {
  const { value, problems } = readResources(files, cluster?.namespace);
  assert.deepEqual(problems, []);
  const one = referred(value.targetEndpoints, { name: "store", namespace }, cluster);
  return one && [one.name, one.spec.url];
};

describe("a reference to an object", () => {
  const both = [endpoint("shop", "http://own"), endpoint("shared", "http://shared")];

  it("in a cluster leads to the one of its namespace, which is in the name where it is another", () => {
    assert.deepEqual(found(both, undefined, inShop), ["store", "http://own"]);
    assert.deepEqual(found(both, "shop", inShop), ["store", "http://own"]);
    assert.deepEqual(found(both, "shared", inShop), ["shared/store", "http://shared"]);
    assert.equal(found(both, "other", inShop), undefined);
  });

  it("on a laptop leads to the one that says that namespace", () => {
    assert.deepEqual(found([endpoint("shared", "http://shared")], undefined), ["store", "http://shared"]);
    assert.deepEqual(found([endpoint("shared", "http://shared")], "shared"), ["shared/store", "http://shared"]);
    assert.equal(found([endpoint(undefined, "http://none")], "shared"), undefined);
  });
});
