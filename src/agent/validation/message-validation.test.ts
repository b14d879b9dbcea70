import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { testValidators } from "../../../testing/validators.ts";
import { Held } from "./held.ts";
import { type MessageValidation, type Patience, validatesInThread } from "./message-validation.ts";

const program = fileURLToPath(new URL("../../cli/agent.ts", import.meta.url));

/** Of one list in the other each choice asks for both choices of the next: 2 to the power of their number. */
const costly = {
  anyOf: [
    { type: "array", items: { $ref: "#/components/schemas/Costly" } },
    { type: "array", items: { $ref: "#/components/schemas/Costly" } },
  ],
};

const endless = `${"[".repeat(60)}1${"]".repeat(60)}`;

const textOf = (operation: string, more: object = {}, schema: object = costly): string =>
  testValidators({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    components: { schemas: { Costly: schema } },
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

/** A busy machine takes its time to start a thread. */
const patient: Patience = { longestMs: 1_000, longestWaitMs: 60_000 };

async function open(t: TestContext, patience = patient) {
  const folder = await mkdtemp(join(tmpdir(), "validation-"));
  const said: string[] = [];
  const validation = validatesInThread(program, new Held(1_000_000), (line) => said.push(line), patience);
  t.after(async () => {
    validation.close();
    await rm(folder, { recursive: true });
  });
  let count = 0;
  return {
    said,
    validation,
    /** Each time as another file. */
    load: async (text: string): Promise<void> => {
      const file = join(folder, `pets-${count++}.js`);
      await writeFile(file, text);
      await validation.load([{ api: "pets", file, hash: "" }]);
    },
    ask: (operation: string, body: string, address = ""): ReturnType<MessageValidation["ofRequest"]> => {
      const headers = { "content-type": "application/json" };
      return validation.ofRequest({ api: "pets", operation, path: "/a", headers, body: Buffer.from(body) }, address);
    },
  };
}

it("a request that is made to take for ever holds up the others a second, and they are answered", { timeout: 60_000 }, async (t) => {
  const { load, ask, said } = await open(t);
  await load(textOf("a"));
  assert.deepEqual(await ask("a", "[]"), { kind: "right" });
  const all = await Promise.all([ask("a", endless), ask("a", "[[]]"), ask("a", "1")]);
  assert.deepEqual(
    all.map((verdict) => verdict?.kind),
    [undefined, "right", "wrong"],
  );
  assert.deepEqual(said, [
    "A request to pets/a could not be held against its document within 1000 ms; the thread that was busy with it is ended.",
  ]);
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

it("what is no program is refused, and those before go on, though their thread was ended before", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a"));
  assert.equal(await ask("a", endless), undefined);
  await assert.rejects(load("exports.rules = {"));
  assert.deepEqual(await ask("a", "[]"), { kind: "right" });
});

it("an operation whose message ended a thread lets all others go first", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a", { "/b": { get: { operationId: "b", responses: {} } } }));
  const answered: string[] = [];
  const asked = ["a", "a", "b", "b", "b"].map(async (operation) => {
    await ask(operation, operation === "a" ? endless : "");
    answered.push(operation);
  });
  await Promise.all(asked);
  assert.deepEqual(answered, ["a", "b", "b", "b", "a"]);
});

it("a client whose messages take long lets all others go first, whichever operation it is", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t, { longestMs: 400, longestWaitMs: 60_000 });
  await load(textOf("a"));
  const answered: string[] = [];
  const asked = async (address: string, body: string): Promise<void> => {
    await ask("a", body, address);
    answered.push(address);
  };
  const slow = Array.from({ length: 4 }, () => asked("2001:db8::1", endless));
  const others = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8:0:1::1"].map((address) => asked(address, "[]"));
  await Promise.all([...slow.slice(0, 1), ...others]);
  assert.deepEqual(
    [answered[0], answered.slice(1).toSorted()],
    ["2001:db8::1", ["192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8:0:1::1"]],
  );
  await Promise.all(slow);
});

it("what a client waits with leaves room for what others do", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a"));
  const large = `[${" ".repeat(200_000)}]`;
  const verdicts = ["a", "a", "a", "b", "c"].map((address) => ask("a", large, address));
  assert.deepEqual(await Promise.all(verdicts), [{ kind: "right" }, { kind: "right" }, undefined, { kind: "right" }, { kind: "right" }]);
});

it("a message that is wrong everywhere is wrong, and no thread is ended for it", { timeout: 60_000 }, async (t) => {
  const { load, ask, said } = await open(t);
  const required = Array.from({ length: 20 }, (_, index) => `member${index}`);
  await load(textOf("a", {}, { type: "array", items: { type: "object", required } }));
  for (const element of ["0", "{}"]) {
    const verdict = await ask("a", `[${`${element},`.repeat(990_000 / (element.length + 1))}${element}]`);
    assert.equal(verdict?.kind === "wrong" ? verdict.violations.length : 0, 50);
  }
  assert.deepEqual(said, []);
});

it("lists whose items differ take a time that grows with them, and not with their square", { timeout: 60_000 }, async (t) => {
  const { load, ask, said } = await open(t);
  await load(textOf("a", {}, { type: "array", uniqueItems: true, items: { type: "object" } }));
  const items = Array.from({ length: 60_000 }, (_, index) => ({ index }));
  assert.deepEqual(await ask("a", JSON.stringify(items)), { kind: "right" });
  const verdict = await ask("a", JSON.stringify([...items, { index: 7 }]));
  assert.deepEqual(verdict?.kind === "wrong" ? verdict.violations.map(({ rule, detail }) => [rule, detail]) : verdict, [
    ["uniqueItems", "must NOT have duplicate items (items ## 7 and 60000 are identical)"],
  ]);
  assert.deepEqual(said, []);
});

it("what fails is said, without anything of the message", { timeout: 60_000 }, async (t) => {
  const { load, ask, said } = await open(t);
  const failing =
    'Object.keys(exports).forEach((name) => { if (name !== "rules") exports[name] = (value) => { throw new Error(value); }; });';
  await load(`${textOf("a")}\n${failing}`);
  assert.equal(await ask("a", '"secret"'), undefined);
  assert.deepEqual(said, ["A request to pets/a could not be held against its document: what validates it has failed."]);
});

it("JSON that is nested too deep is wrong, and none is too deep before for a schema that goes as deep", { timeout: 60_000 }, async (t) => {
  const { load, ask, said } = await open(t);
  await load(textOf("a", {}, { type: "array", items: { anyOf: [{ $ref: "#/components/schemas/Costly" }, { type: "integer" }] } }));
  const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
  assert.deepEqual(await ask("a", nested(500)), { kind: "right" });
  for (const depth of [501, 100_000]) assert.equal((await ask("a", nested(depth)))?.kind, "wrong");
  assert.deepEqual(said, []);
});

it("new validators wait for nobody", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a"));
  const waiting = Array.from({ length: 20 }, () => ask("a", endless));
  const loaded = load(textOf("b")).then(() => "loaded");
  assert.equal(await Promise.race([loaded, Promise.all(waiting)]), "loaded");
  assert.deepEqual(await ask("b", "[]"), { kind: "right" });
});

it("who waits for longer than anybody asks is not looked at, and no operation holds up another one", { timeout: 120_000 }, async (t) => {
  const { load, ask, said } = await open(t, { longestMs: 200, longestWaitMs: 10_000 });
  await load(textOf("a", { "/b": { get: { operationId: "b", responses: {} } } }));
  const many = Array.from({ length: 300 }, () => ask("a", endless));
  assert.deepEqual(await ask("b", ""), { kind: "right" });
  assert.deepEqual([...new Set(await Promise.all(many))], [undefined]);
  assert.ok(said.length < 60, `${said.length} were looked at`);
});

it("more bytes than may be held are nobody's to judge", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a"));
  const large = `[${" ".repeat(600_000)}]`;
  const verdicts = await Promise.all([ask("a", large), ask("a", large)]);
  assert.deepEqual(verdicts, [{ kind: "right" }, undefined]);
  assert.deepEqual(await ask("a", large), { kind: "right" });
});

it("what is no program is refused, and those before go on", { timeout: 60_000 }, async (t) => {
  const { load, ask } = await open(t);
  await load(textOf("a"));
  await assert.rejects(load("exports.rules = {"));
  await assert.rejects(load("require('node:fs')"));
  assert.deepEqual(await ask("a", "[]"), { kind: "right" });
});
