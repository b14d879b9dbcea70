import assert from "node:assert/strict";
import { it } from "node:test";
import { faultsOf, testValidators } from "../../testing/validators.ts";

const schema = { type: "array", uniqueItems: true, items: { type: "string" } };
const { verdictOf, text } = testValidators({
  openapi: "3.1.0",
  info: { title: "Names", version: "1" },
  paths: { "/names": { post: { operationId: "names", requestBody: { content: { "application/json": { schema } } }, responses: {} } } },
});

it("texts of a list are told apart whatever they are called", async () => {
  const faults = async (body: readonly string[]) =>
    faultsOf(await verdictOf("names", "/names", { "content-type": "application/json" }, JSON.stringify(body)));
  for (const name of ["__proto__", "constructor", "toString", "plain"]) {
    assert.deepEqual(await faults([name]), [], name);
    assert.notDeepEqual(await faults([name, name]), [], name);
  }
  assert.doesNotMatch(text, /indices\d+ = \{\}/);
});
