import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { error, type Problem, warning } from "../problem.ts";
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
