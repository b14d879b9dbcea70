import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testApi, testBackend, testOperation } from "../../testing/model.ts";
import type { ApiModel, Operation } from "../model/api.ts";
import { operationTable } from "./table.ts";
import { textWidth } from "./text-width.ts";

const operation: Operation = {
  ...testOperation,
  answer: {
    kind: "backend",
    backends: [{ backend: "@document", weight: 1 }],
    timeoutMs: 15_000,
    path: "same",
    rewrite: undefined,
    sandbox: undefined,
    mirror: undefined,
    retry: undefined,
  },
};
const api: ApiModel = {
  ...testApi,
  operations: [operation],
  backends: [{ ...testBackend, name: "@document", targets: [{ tls: true, host: "::1", port: 8443, weight: 1, group: 0 }], path: "/api" }],
};
const scheme = { name: "token", challenge: "Bearer", realm: undefined, scopes: [] } as const;
const rows = (change: Partial<ApiModel>, width = 0): readonly string[] => operationTable([{ ...api, ...change }], width).split("\n");
const rowOf = (change: Partial<Operation>): string | undefined => rows({ operations: [{ ...operation, ...change }] })[1];

describe("the table of operations", () => {
  it("aligns its columns and has no space at the end of a line", () => {
    assert.deepEqual(rows({}), [
      "METHOD  PATH           OPERATION  ANSWER                  ACCESS",
      "GET     /v1/pets/{id}  showPet    https://[::1]:8443/api  open",
    ]);
  });

  it("says who may call", () => {
    assert.match(rowOf({ access: { kind: "refused", schemes: [scheme, { ...scheme, name: "key" }] } }) ?? "", / {2}401 +needs token, key$/);
    assert.match(rowOf({ access: { kind: "unprotected", schemes: [scheme] } }) ?? "", / {2}unprotected \(token\)$/);
  });

  it("shows the host names where there are some", () => {
    const [head, row] = rows({ hosts: ["pets.example", "*.pets.example"] });
    assert.match(head ?? "", /^HOST {25}METHOD/);
    assert.match(row ?? "", /^pets\.example \*\.pets\.example {2} *GET/);
  });

  it("fits a terminal: the widest columns are cut, and say so", () => {
    const template = `/v1/${"very/".repeat(20)}long`;
    for (const width of [60, 80, 200]) {
      const table = rows(
        {
          operations: [
            { ...operation, template },
            { ...operation, template: "/v1/犬/犬/犬" },
          ],
        },
        width,
      );
      assert.ok(Math.max(...table.map(textWidth)) <= width);
      assert.equal(table[1]?.includes("…"), width < 200);
      assert.match(table[1] ?? "", /^GET .* open$/);
    }
    assert.ok(rows({}, 10)[1]?.startsWith("GET "), "no column is cut to nothing");
  });

  it("aligns by what characters take on a terminal", () => {
    const [, first = "", second = ""] = rows({
      operations: [
        { ...operation, template: "/犬" },
        { ...operation, template: "/abcd" },
      ],
    });
    assert.equal(textWidth(first.slice(0, first.indexOf("showPet"))), second.indexOf("showPet"));
  });

  it("shows nothing that steers a terminal, and keeps a row in one line", () => {
    assert.match(rowOf({ template: "/a\u001b[31m\nb" }) ?? "", /^GET {5}\/a\ufffd\[31m\ufffdb {2}showPet/);
  });
});
