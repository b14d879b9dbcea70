import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { surveyDocument } from "../openapi/read.ts";
import { error, type Problem, warning } from "../problem.ts";
import { parseAll } from "../text/parse.ts";
import { resolveGateway } from "./gateway.ts";
import { mostOfOneReason, sayOnce } from "./say-once.ts";

const at = (pointer: string | number) => ({ source: "pets.yaml", line: 1, column: 1, pointer: String(pointer) });
const indices = Array.from({ length: mostOfOneReason * 2 }, (_, index) => index);

describe("what is said once", () => {
  it("is said once of a place, whoever said it", () => {
    const problems = [error("BadSecurity", at("/a"), "by somebody else")];
    for (const pointer of ["/a", "/b", "/b"]) sayOnce(problems, error("BadSecurity", at(pointer), "again"));
    problems.push(error("BadSecurity", at("/c"), "by somebody else"));
    for (const reason of ["BadSecurity", "WrongValue"] as const) sayOnce(problems, error(reason, at("/c"), "again"));
    assert.deepEqual(
      problems.map(({ reason, where }) => `${reason} ${where.pointer}`),
      ["BadSecurity /a", "BadSecurity /b", "BadSecurity /c", "WrongValue /c"],
    );
  });

  it("is said as an error though a warning stands at its place, of which no second one is said", () => {
    const problems: Problem[] = [];
    const said = [warning, error, warning, error].map((say) => say("BadSecurity", at("/a"), ""));
    for (const one of said) sayOnce(problems, one);
    assert.deepEqual(problems, said.slice(0, 2));
  });

  it("refuses a document one of whose alternatives is checked by one Security twice, and another one stands in one header twice", () => {
    const scheme = { type: "apiKey", in: "header", name: "x-key" };
    const document = {
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      "x-portico": {
        mock: true,
        schemes: { c: "same", d: "same" },
        security: [
          { a: [], b: [] },
          { c: [], d: [] },
        ],
      },
      components: { securitySchemes: { a: scheme, b: scheme, c: scheme, d: scheme } },
      paths: { "/pets": { get: { responses: { 204: {} } } } },
    };
    const [root = assert.fail()] = must(parseAll("pets.json", JSON.stringify(document)));
    const resources = ["a", "b", "same"].flatMap((name) => {
      const spec = { type: "apiKey", apiKey: { keys: { name } } };
      return must(
        parseAll(`${name}.json`, JSON.stringify({ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name }, spec })),
      );
    });
    const { document: read = assert.fail(), problems } = surveyDocument({ root, files: new Map() });
    const resolved = resolveGateway({ documents: [read], problems, resources }, { mock: true, credentials: "fail" });
    assert.ok(!resolved.ok);
    assert.match(resolved.problems.map(({ message }) => message).join(), /the Security `same` checks both/);
  });

  it("is said no more where its reason was given often enough, and an error is not lost among warnings", () => {
    const problems: Problem[] = [];
    for (const index of indices) sayOnce(problems, warning("BadSecurity", at(index), ""));
    assert.equal(problems.length, mostOfOneReason);
    sayOnce(problems, error("BadSecurity", at("/a"), ""));
    sayOnce(problems, warning("WrongValue", at("/a"), ""));
    sayOnce(problems, warning("BadSecurity", { ...at("/a"), source: "shop.yaml" }, ""));
    assert.equal(problems.length, mostOfOneReason + 3);
  });

  it("has each Problem looked at once, however many there are", () => {
    let looks = 0;
    const watched: ProxyHandler<Problem[]> = {
      get: (problems, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) looks += 1;
        return Reflect.get(problems, key);
      },
    };
    const problems = new Proxy<Problem[]>([], watched);
    for (const index of indices) sayOnce(problems, error("BadSecurity", at(index), ""));
    assert.ok(looks <= problems.length, String(looks));
  });
});
