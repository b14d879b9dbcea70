import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testOperation } from "../../testing/model.ts";
import type { Operation } from "../model/api.ts";
import { wholeFile } from "../problem.ts";
import { unevenTwins } from "./clashes.ts";

const needsKey: Operation["access"] = { kind: "refused", schemes: [{ name: "key", challenge: "ApiKey", realm: undefined, scopes: [] }] };
const start: Operation = { ...testOperation, template: "/v1/pets/{id}?action=start", query: [{ name: "action", value: "start" }] };

const warnings = (...operations: readonly Operation[]): readonly string[] =>
  unevenTwins(operations, ({ template }) => wholeFile(template)).map(
    ({ severity, reason, where }) => `${severity} ${reason} ${where.source}`,
  );

describe("operations that only the query tells apart", () => {
  it("are fine while all are open, or all need a credential", () => {
    assert.deepEqual(warnings(testOperation, start), []);
    assert.deepEqual(warnings({ ...testOperation, access: needsKey }, { ...start, access: needsKey }), []);
  });

  it("are warned of where one is open and the other is not", () => {
    assert.deepEqual(warnings(testOperation, { ...start, access: needsKey }), ["warning OperationClash /v1/pets/{id}?action=start"]);
  });

  it("of another method are others", () => {
    assert.deepEqual(warnings(testOperation, { ...start, method: "POST", access: needsKey }), []);
  });
});
