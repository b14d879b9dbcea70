import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { Client, credentials, status } from "@grpc/grpc-js";
import { processPath } from "./processing-messages.ts";
import { serve } from "./server.ts";

const asBytes = (bytes: Buffer): Buffer => bytes;

it("what nobody can tell of a message ends its stream at once, with an error, and no other", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "pt-"));
  const socket = join(folder, "agent.sock");
  let taken = 0;
  const stream = {
    take: () => (++taken === 1 ? Promise.reject(new Error("on purpose")) : Promise.resolve("over" as const)),
    end: () => {},
  };
  const server = await serve(socket, { answer: () => assert.fail("not asked for"), stream: () => stream });
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  t.after(async () => {
    client.close();
    server.close();
    await rm(folder, { recursive: true });
  });
  // The begin of a request: `request_headers` with nothing in it.
  const send = (bytes: Buffer): Promise<status> =>
    new Promise((resolve) => {
      const call = client.makeBidiStreamRequest(processPath, asBytes, asBytes);
      call.on("data", () => {});
      call.on("error", () => {});
      call.on("status", ({ code }) => resolve(code));
      call.write(bytes);
    });
  assert.equal(await send(Buffer.from([0x12, 0x00])), status.INTERNAL);
  assert.equal(await send(Buffer.from("no message")), status.INTERNAL);
  assert.equal(await send(Buffer.from([0x12, 0x00])), status.OK);
});
