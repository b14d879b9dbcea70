import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isObject, type JsonObject } from "../text/node.ts";
import { customResourceDefinition } from "./crd.ts";
import { kindNames, kinds } from "./kinds.ts";

/** Words that Kubernetes takes in a structural schema, at any place. */
const allowed = new Set([
  "type",
  "description",
  "properties",
  "items",
  "additionalProperties",
  "required",
  "enum",
  "pattern",
  "format",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "anyOf",
  "x-kubernetes-validations",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
]);

function asObject(value: unknown, path: string): JsonObject {
  assert.ok(isObject(value), `${path} is a mapping`);
  return value;
}

/** Holds one place of a schema, and all below it, against Kubernetes' rules for structural schemas. */
function assertStructural(schema: JsonObject, path: string): void {
  for (const word of Object.keys(schema)) assert.ok(allowed.has(word), `${path}: ${word}`);
  const intOrString = schema["x-kubernetes-int-or-string"] === true;
  assert.ok(
    typeof schema.type === "string" || intOrString || schema["x-kubernetes-preserve-unknown-fields"] === true,
    `${path} has a type`,
  );
  if (intOrString) assert.deepEqual(schema.anyOf, [{ type: "integer" }, { type: "string" }], path);
  else assert.ok(!("anyOf" in schema), `${path}: anyOf`);
  assert.ok(!("properties" in schema && "additionalProperties" in schema), `${path}: properties or additionalProperties`);
  assertPatternIsRe2(schema.pattern, path);
  assertRulesAreBounded(schema, path);
  if (schema.type === "array") assertStructural(asObject(schema.items, `${path}[]`), `${path}[]`);
  if ("additionalProperties" in schema) assertStructural(asObject(schema.additionalProperties, `${path}.*`), `${path}.*`);
  for (const [key, member] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
    assertStructural(asObject(member, `${path}.${key}`), `${path}.${key}`);
  }
}

/** Kubernetes' patterns are RE2's: no look-around, no back reference. */
function assertPatternIsRe2(pattern: unknown, path: string): void {
  if (pattern === undefined) return;
  assert.equal(typeof pattern, "string", path);
  assert.doesNotMatch(String(pattern), /\(\?[=!<]|\\[1-9]|\\u/, path);
}

/** A list whose elements have rules is bounded, else the rules' estimated cost is too high. */
function assertRulesAreBounded(schema: JsonObject, path: string): void {
  if (schema.type !== "array" || !JSON.stringify(schema.items).includes("x-kubernetes-validations")) return;
  assert.equal(typeof schema.maxItems, "number", `${path} is bounded`);
}

/** The schema's paths that a rule reads, `self.x`, must be fields of it. */
function assertRulesReadFields(schema: unknown, path: string): void {
  if (!isObject(schema)) return;
  const rules = Array.isArray(schema["x-kubernetes-validations"]) ? schema["x-kubernetes-validations"].filter(isObject) : [];
  for (const { rule, message } of rules) {
    for (const [, name = ""] of String(rule).matchAll(/self\.([A-Za-z0-9]+)/g)) {
      assert.ok(isObject(schema.properties) && name in schema.properties, `${path}: ${name} of ${String(rule)}`);
    }
    assert.equal(String(rule).split("(").length, String(rule).split(")").length, `${path}: brackets of ${String(rule)}`);
    assert.match(String(message), /^[^\n]+\. [^\n]+\.$/, path);
  }
  for (const [key, member] of Object.entries(schema)) assertRulesReadFields(member, `${path}.${key}`);
}

describe("the CRDs are what Kubernetes takes", () => {
  for (const name of kindNames) {
    const crd = customResourceDefinition(name);
    const spec = asObject(crd.spec, "spec");
    const [first] = Array.isArray(spec.versions) ? spec.versions : [];
    const version = asObject(first, "version");
    const schema = asObject(asObject(version.schema, "schema").openAPIV3Schema, "openAPIV3Schema");

    it(`${name} has a structural schema`, () => assertStructural(schema, name));

    it(`${name} has rules that read fields of their own object`, () => assertRulesReadFields(schema, name));

    it(`${name} has the category, a status of its own, columns with a way that exists`, () => {
      assert.deepEqual(asObject(spec.names, "names").categories, ["portico"]);
      assert.deepEqual(version.subresources, { status: {} });
      for (const { jsonPath } of kinds[name].columns) {
        const [, top = "", field = ""] = jsonPath.split(/[.[]/);
        if (top === "metadata") continue;
        const part = asObject(asObject(schema.properties, "properties")[top], top);
        assert.ok(field in asObject(part.properties, top), jsonPath);
      }
    });
  }

  it("a field that is a whole number or a text says so in Kubernetes' way", () => {
    const text = JSON.stringify(customResourceDefinition("API"));
    assert.ok(text.includes('"x-kubernetes-int-or-string":true'));
  });
});
