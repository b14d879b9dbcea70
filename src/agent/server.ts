import { rmSync } from "node:fs";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { checkPath, type Question, readQuestion } from "./messages.ts";

/** The answer to a question, as bytes. */
type Answer = (question: Question) => Promise<Uint8Array>;

/** Envoy bounds what it sends by what its routes say. */
const messages = { "grpc.max_receive_message_length": -1 };

/** Serves Envoy's authorisation service on a Unix socket. An answer that cannot be made is an error, which lets nobody in who needs it. Rejects where it cannot listen. */
export async function serveChecks(socket: string, answer: Answer): Promise<{ close(): void }> {
  const server = new Server({ "grpc.max_concurrent_streams": 2 ** 16, ...messages });
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const check = {
    ...({ path: checkPath, requestStream: false, responseStream: false } as const),
    ...{ requestDeserialize: asBytes, requestSerialize: asBytes, responseDeserialize: asBytes, responseSerialize: asBytes },
  };
  server.addService(
    { check },
    {
      check: (call: { readonly request: Buffer }, done: (failure: { readonly code: status } | null, bytes?: Buffer) => void) => {
        answerTo(call.request, answer).then(
          (bytes) => done(null, Buffer.from(bytes)),
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

const answerTo = async (bytes: Uint8Array, answer: Answer): Promise<Uint8Array> => answer(readQuestion(bytes));
