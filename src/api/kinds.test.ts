import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { brokenSpecs, keptSpecs } from "../../testing/specs.ts";
import { structuralSchema } from "./crd.ts";
import { milliseconds } from "./duration.ts";
import { kindNames, kinds } from "./kinds.ts";
import { celRules } from "./law.ts";
import { alternatives, fields } from "./walk.ts";
import { documentExtension } from "./x-portico.ts";

describe("each kind", () => {
  for (const name of kindNames) {
    it(`${name}'s example is one of it`, () => assert.deepEqual(kinds[name].spec.parse(kinds[name].example), kinds[name].example));
  }

  for (const [name, schema] of [
    ...kindNames.flatMap((kind) => [[kind, kinds[kind].spec] as const, [`${kind}'s status`, kinds[kind].status] as const]),
    ["x-portico", documentExtension] as const,
  ]) {
    it(`every field of ${name} is described in a sentence`, () => {
      for (const { path, schema: field } of fields(schema)) {
        if (!/(\[\]|\*)$/.test(path)) assert.match(z.globalRegistry.get(field)?.description ?? "", /^.+\.$/, path);
      }
    });

    it(`no object of ${name} takes fields that are unknown`, () => {
      const objects = [schema, ...fields(schema).map((field) => field.schema)]
        .flatMap(alternatives)
        .filter((one) => one instanceof z.ZodObject);
      for (const object of objects)
        if (!name.endsWith("status"))
          assert.equal(
            object.safeParse({ zebra: 1 }).error?.issues.some(({ code }) => code === "unrecognized_keys"),
            true,
          );
    });
  }
});

describe("a law that is broken is seen", () => {
  for (const [kind, what, spec] of brokenSpecs) it(`${kind}: ${what}`, () => assert.equal(kinds[kind].spec.safeParse(spec).success, false));
});

describe("what keeps the laws is taken", () => {
  for (const [kind, what, spec] of keptSpecs) it(`${kind}: ${what}`, () => assert.deepEqual(kinds[kind].spec.parse(spec), spec));
});

describe("laws", () => {
  for (const name of kindNames) {
    it(`every law of ${name} is a rule of its CRD too`, () => {
      const schemas = [kinds[name].spec, ...fields(kinds[name].spec).map(({ schema }) => schema)].flatMap(alternatives);
      const rules = schemas.flatMap((one) => celRules.get(one)?.rules ?? []).map(({ rule }) => rule);
      const written = [...JSON.stringify(structuralSchema(kinds[name].spec)).matchAll(/"rule":("(?:[^"\\]|\\.)*")/g)].map(([, text = ""]) =>
        JSON.parse(text),
      );
      assert.ok(rules.length > 0);
      assert.deepEqual(written.toSorted(), rules.toSorted());
    });
  }
});

describe("a length of time", () => {
  const cases: readonly [string, number][] = [
    ["500ms", 500],
    ["10s", 10_000],
    ["1m", 60_000],
    ["1h30m", 5_400_000],
    ["1s500ms", 1500],
    ["0s", 0],
  ];
  for (const [text, ms] of cases) it(`${text} is ${ms} milliseconds`, () => assert.equal(milliseconds(text), ms));
});
