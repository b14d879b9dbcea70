import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import { grantedNamespaces, grantsOf, isGranted } from "./grants.ts";

const object = (namespace: string, name: string, more: object = {}) =>
  storedObject({ metadata: { name, namespace, resourceVersion: "1" }, ...more });
const api = { group: "portico.dev", kind: "API", namespace: "shop" };
const store = { group: "portico.dev", kind: "TargetEndpoint", name: "store" };
const grant = (from: readonly object[], to: readonly object[]) => object("shared", "grant", { spec: { from, to } });
const lets = (one: ReturnType<typeof grant>, from: string, kind: string, namespace: string, name: string): boolean =>
  isGranted(grantsOf(one, from), kind, object(namespace, name).metadata);

describe("a ReferenceGrant", () => {
  it("lets APIs of the namespaces that it names use what it names, in its own namespace", () => {
    const one = grant([api], [store]);
    assert.ok(lets(one, "shop", "TargetEndpoint", "shared", "store"));
    assert.ok(!lets(one, "shop", "TargetEndpoint", "shared", "other"));
    assert.ok(!lets(one, "shop", "TargetEndpoint", "elsewhere", "store"));
    assert.ok(!lets(one, "shop", "Security", "shared", "store"));
    assert.ok(!lets(one, "office", "TargetEndpoint", "shared", "store"));
    assert.deepEqual(grantedNamespaces(one), ["shop"]);
  });

  it("without a name is for all of the kind", () => {
    for (const name of [undefined, ""]) assert.ok(lets(grant([api], [{ ...store, name }]), "shop", "TargetEndpoint", "shared", "any"));
  });

  it("for other kinds or groups, or none at all, is for nobody", () => {
    assert.ok(!lets(grant([{ ...api, kind: "HTTPRoute" }], [store]), "shop", "TargetEndpoint", "shared", "store"));
    assert.ok(!lets(grant([{ ...api, group: "" }], [store]), "shop", "TargetEndpoint", "shared", "store"));
    assert.ok(!lets(grant([api], [{ ...store, group: "" }]), "shop", "TargetEndpoint", "shared", "store"));
    assert.ok(!lets(object("shared", "grant", { spec: {} }), "shop", "TargetEndpoint", "shared", "store"));
    assert.deepEqual(grantedNamespaces(object("shared", "grant")), []);
  });
});
