import { rmSync } from "node:fs";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { AskedRequest } from "./finding.ts";
import { checkPath, readQuestion, writeFindings } from "./messages.ts";

/** What is known of a request's credentials for some Securities, as the gateway's decision reads it. */
type Answer = (securities: readonly string[], request: AskedRequest) => Promise<Readonly<Record<string, unknown>>>;

/** Serves Envoy's authorisation service on a Unix socket. An answer that cannot be made is an error, which lets nobody in. Rejects where it cannot listen. */
export async function serveChecks(socket: string, answer: Answer): Promise<{ close(): void }> {
  const server = new Server({ "grpc.max_concurrent_streams": 2 ** 16 });
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const check = {
    ...({ path: checkPath, requestStream: false, responseStream: false } as const),
    ...{ requestDeserialize: asBytes, requestSerialize: asBytes, responseDeserialize: asBytes, responseSerialize: asBytes },
  };
  server.addService(
    { check },
    {
      check: (call: { readonly request: Buffer }, done: (failure: { readonly code: status } | null, bytes?: Buffer) => void) => {
        answerBytes(call.request, answer).then(
          (bytes) => done(null, bytes),
          () => done({ code: status.INTERNAL }),
        );
      },
    },
  );
  // What a killed one left there would be in the way.
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (failure) => (failure === null ? resolve() : reject(failure)));
  });
  return { close: () => server.forceShutdown() };
}

async function answerBytes(bytes: Uint8Array, answer: Answer): Promise<Buffer> {
  const { securities, request } = readQuestion(bytes);
  return Buffer.from(writeFindings(await answer(securities, request)));
}
