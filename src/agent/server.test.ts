import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import type { PartStream } from "./part-stream.ts";
import { processPath } from "./processing-messages.ts";
import { serve } from "./server.ts";

const asBytes = (bytes: Buffer): Buffer => bytes;
/** The begin of a request: `request_headers` with nothing in it. */
const nothing = Buffer.from([0x12, 0x00]);

async function served(t: TestContext, stream: PartStream) {
  const folder = await mkdtemp(join(tmpdir(), "pt-"));
  const socket = join(folder, "agent.sock");
  const server = await serve(socket, { answer: () => assert.fail("not asked for"), stream: () => stream });
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  t.after(async () => {
    client.close();
    server.close();
    await rm(folder, { recursive: true });
  });
  return { client };
}

it("streams that are given up, however many, end no other", async (t) => {
  const { client } = await served(t, { take: () => new Promise<undefined>(() => {}), end: () => {} });
  const open = client.makeBidiStreamRequest(processPath, asBytes, asBytes);
  const ended = new Promise<status>((resolve) => open.on("status", ({ code }) => resolve(code)));
  open.on("data", () => {}).on("error", () => {});
  open.write(nothing);
  for (let round = 0; round < 30; round++)
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const call = client.makeBidiStreamRequest(processPath, asBytes, asBytes);
        call.on("data", () => {}).on("error", () => {});
        const over = new Promise((resolve) => call.on("status", resolve));
        call.write(nothing);
        await new Promise(setImmediate);
        call.cancel();
        await over;
      }),
    );
  assert.equal(await Promise.race([ended, new Promise((resolve) => setImmediate(() => resolve("open")))]), "open");
});

it("what nobody can tell of a message ends its stream at once, with an error, and no other", async (t) => {
  let taken = 0;
  const take = () => (++taken === 1 ? Promise.reject(new Error("on purpose")) : Promise.resolve("over" as const));
  const { client } = await served(t, { take, end: () => {} });
  const send = (bytes: Buffer): Promise<status> =>
    new Promise((resolve) => {
      const call = client.makeBidiStreamRequest(processPath, asBytes, asBytes);
      call.on("data", () => {});
      call.on("error", () => {});
      call.on("status", ({ code }) => resolve(code));
      call.write(bytes);
    });
  assert.equal(await send(nothing), status.INTERNAL);
  assert.equal(await send(Buffer.from("no message")), status.INTERNAL);
  assert.equal(await send(nothing), status.OK);
});
