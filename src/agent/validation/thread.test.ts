import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { testValidators } from "../../../testing/validators.ts";
import { type MessageValidation, validatesInThread } from "./thread.ts";

const program = fileURLToPath(new URL("../../cli/agent.ts", import.meta.url));

/** Of one list in the other each choice asks for both choices of the next: 2 to the power of their number. */
const costly = {
  anyOf: [
    { type: "array", items: { $ref: "#/components/schemas/Costly" } },
    { type: "array", items: { $ref: "#/components/schemas/Costly" } },
  ],
};

const textOf = (operation: string, more: object = {}): string =>
  testValidators({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    components: { schemas: { Costly: costly } },
    paths: {
      "/a": {
        post: {
          operationId: operation,
          requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Costly" } } } },
          responses: {},
        },
      },
      ...more,
    },
  }).text;

async function open(t: TestContext): Promise<{
  readonly load: (text: string) => Promise<void>;
  readonly ask: (operation: string, body: string) => ReturnType<MessageValidation["ofRequest"]>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "validation-"));
  const validation = validatesInThread(program);
  t.after(async () => {
    validation.close();
    await rm(folder, { recursive: true });
  });
  const file = join(folder, "pets.js");
  return {
    load: async (text) => {
      await writeFile(file, text);
      await validation.load([{ api: "pets", file, hash: "" }]);
    },
    ask: (operation, body) =>
      validation.ofRequest({
        api: "pets",
        operation,
        path: "/a",
        headers: { "content-type": "application/json" },
        body: Buffer.from(body),
      }),
  };
}

it("a request that is made to take for ever holds up the others a second, and they are answered", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a"));
  assert.deepEqual(await ask("a", "[]"), { kind: "right" });
  const all = await Promise.all([ask("a", `${"[".repeat(60)}1${"]".repeat(60)}`), ask("a", "[[]]"), ask("a", "1")]);
  assert.deepEqual(
    all.map((verdict) => verdict?.kind),
    [undefined, "right", "wrong"],
  );
});

it("an operation that is no more in new validators is still known by those before, and one that nobody knows is not", {
  timeout: 60_000,
}, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("before"));
  await load(textOf("after"));
  assert.deepEqual(
    [await ask("before", "[]"), await ask("after", "[]"), await ask("other", "[]")],
    [{ kind: "right" }, { kind: "right" }, undefined],
  );
});

it("what is no program is refused, and those before go on", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a"));
  await assert.rejects(load("exports.rules = {"));
  await assert.rejects(load("require('node:fs')"));
  assert.deepEqual(await ask("a", "[]"), { kind: "right" });
});
