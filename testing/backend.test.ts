import assert from "node:assert/strict";
import { it } from "node:test";
import { startBackend } from "./backend.ts";

it("the backend of the tests echoes and remembers what it receives", async (t) => {
  const backend = await startBackend(t);
  const answer = await fetch(`${backend.url}/pets?limit=2`, { method: "POST", body: "rex", headers: { "x-colour": "brown" } });
  const echoed: unknown = await answer.json();
  assert.deepEqual(echoed, backend.received[0]);
  const [{ method, path, body, headers } = assert.fail("nothing was received")] = backend.received;
  assert.deepEqual(
    { method, path, body, colour: headers["x-colour"] },
    { method: "POST", path: "/pets?limit=2", body: "rex", colour: "brown" },
  );
  assert.equal(backend.received.length, 1);
});

it("the backend of the tests can answer something else", async (t) => {
  const backend = await startBackend(t, (_, response) => response.writeHead(503).end("later"));
  const answer = await fetch(backend.url);
  assert.deepEqual([answer.status, await answer.text()], [503, "later"]);
});
