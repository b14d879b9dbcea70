import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testApi, testOperation } from "../../../testing/model.ts";
import type { ApiModel, Operation } from "../../model/api.ts";
import { directMocks, longestDirectBody, mockActions } from "./mock-route.ts";

const mocked = (id: string, status: number, body: string): Operation => ({
  ...testOperation,
  id,
  answer: { kind: "mock", reply: { status, mediaType: "text/plain", headers: [], body } },
});

const apiOf = (operations: readonly Operation[]): ApiModel => ({ ...testApi, operations, backends: [] });

const idsOf = (operations: Iterable<Operation>): readonly string[] => [...operations].map(({ id }) => id);

describe("mocked answers that routes hold themselves", () => {
  const mebibyte = "x".repeat(1024 * 1024);

  it("end at 64 MiB of configuration; what is beyond comes from the mock backend", () => {
    const api = apiOf(Array.from({ length: 70 }, (_, index) => mocked(`o${index}`, 200, mebibyte)));
    assert.equal(directMocks([api]).size, 63);
  });

  it("go on after one that is too large for what is left", () => {
    const operations = [
      ...Array.from({ length: 63 }, (_, index) => mocked(`o${index}`, 200, mebibyte)),
      mocked("large", 200, mebibyte),
      mocked("small", 200, "y"),
    ];
    const ids = idsOf(directMocks([apiOf(operations)]));
    assert.ok(!ids.includes("large") && ids.includes("small"));
  });

  it("are no errors", () => {
    const operations = [mocked("fine", 200, "a"), mocked("error", 404, "b")];
    assert.deepEqual(idsOf(directMocks([apiOf(operations)])), ["fine"]);
  });

  it("raise Envoy's bound on direct bodies to the longest, counted in bytes", () => {
    assert.equal(longestDirectBody([mocked("short", 200, "a")]), 4096);
    assert.equal(longestDirectBody([mocked("long", 200, "é".repeat(3000))]), 6000);
  });

  it("stand before the mock backend, which answers what they leave", () => {
    const operation = mocked("o", 200, "a");
    const reply = { status: 200, mediaType: "text/plain", headers: [["x-rate", "100%"]], body: "a" } as const;
    const actions = mockActions(apiOf([operation]), operation, reply, true);
    assert.deepEqual(
      actions.map(({ action }) => Object.keys(action)),
      [["direct_response"], ["route"]],
    );
    assert.ok(JSON.stringify(actions[0]?.responseHeaders).includes("100%%"), "a percent sign begins no command of Envoy's");
  });
});
