import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { nearMisses } from "../../../testing/documents/near-misses.ts";
import { writtenOperations } from "../../../testing/documents/written-operations.ts";
import { serveMocked } from "./gateway.ts";
import { disagreements, show, verdictKinds } from "./law.ts";

const file = new URL("../../../node_modules/@octokit/openapi/generated/api.github.com.json", import.meta.url);

describe("GitHub's document", () => {
  it("answers every operation as OpenAPI's text says, near misses and crossing literals too", async (t) => {
    const text = await readFile(file, "utf8");
    const operations = writtenOperations(text);
    const document = { basePath: "", operations, requests: nearMisses(operations) };
    const kinds = verdictKinds([document]);
    t.diagnostic(`${operations.length} operations; requests by what was expected of them: ${JSON.stringify(Object.fromEntries(kinds))}`);
    assert.ok(operations.length > 1000 && document.requests.length >= 12 * operations.length);
    const started = performance.now();
    const client = await serveMocked(t, new Map([["api.github.com.json", text]]));
    t.diagnostic(`served after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const found = await disagreements(client, [document]);
    assert.deepEqual(
      found.slice(0, 5).map((one) => show({ ...one, document: { ...document, operations: [] } })),
      [],
    );
  });
});
