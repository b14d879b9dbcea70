import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { child, members } from "../../text/node.ts";
import { parseOne } from "../../text/parse.ts";
import { defaultReply } from "./replies.ts";
import { testDocument } from "./test-document.ts";

const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);

describe("GitHub's document", () => {
  it("has an answer for each of its operations, of bounded size, in bounded time", (t) => {
    const text = readFileSync(createRequire(import.meta.url).resolve("@octokit/openapi/generated/api.github.com.json"), "utf8");
    const file = parseOne("github.json", text);
    assert.ok(file.ok);
    const { at, follow } = testDocument(file.value.value);
    const operations = members(at("/paths")).flatMap(([, path]) => members(path).filter(([method]) => methods.has(method)));
    const before = performance.now();
    const replies = operations.map(([, operation]) =>
      defaultReply({ responses: child(operation, "responses"), produces: [], format: "3", follow }),
    );
    const seconds = (performance.now() - before) / 1_000;
    const bytes = replies.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    t.diagnostic(`${replies.length} answers, ${bytes} bytes, ${seconds.toFixed(3)} s`);
    assert.ok(operations.length > 1_000);
    for (const { status, mediaType, body } of replies) {
      assert.ok(status >= 200 && status < 400);
      if (mediaType?.startsWith("application/json") === true) assert.doesNotThrow(() => JSON.parse(body));
    }
    assert.ok(bytes < 8 * 1_024 * 1_024 && seconds < 5);
  });
});
