import { rmSync } from "node:fs";
import { Server, ServerCredentials, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { checkPath, type Question, readQuestion } from "./messages.ts";
import { processPath, readPart } from "./processing-messages.ts";
import type { AnswerStream, AskedAnswers } from "./validation/answers.ts";

/** What answers Envoy. */
export interface Service {
  /** The answer to a question, as bytes. One that cannot be made is an error, which lets nobody in who needs it. */
  readonly answer: (question: Question) => Promise<Uint8Array>;
  /** What is done with an answer of a backend's. */
  readonly stream: (asked: AskedAnswers) => AnswerStream;
}

const asBytes = (bytes: Buffer): Buffer => bytes;
const raw = { requestDeserialize: asBytes, requestSerialize: asBytes, responseDeserialize: asBytes, responseSerialize: asBytes };

/** Serves Envoy's authorisation and external processing on a Unix socket. Rejects where it cannot listen. */
export async function serve(socket: string, { answer, stream }: Service): Promise<{ close(): void }> {
  // Envoy bounds what it sends by what its routes say.
  const server = new Server({ "grpc.max_concurrent_streams": 2 ** 16, "grpc.max_receive_message_length": -1 });
  server.addService(
    { check: { path: checkPath, requestStream: false, responseStream: false, ...raw } },
    {
      check: (call: { readonly request: Buffer }, done: (failure: { readonly code: status } | null, bytes?: Buffer) => void) => {
        answerTo(call.request, answer).then(
          (bytes) => done(null, Buffer.from(bytes)),
          () => done({ code: status.INTERNAL }),
        );
      },
    },
  );
  server.addService(
    { process: { path: processPath, requestStream: true, responseStream: true, ...raw } },
    { process: (call: ServerDuplexStream<Buffer, Buffer>) => process(call, stream(askedBy(call))) },
  );
  // What a killed one left there would be in the way.
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (failure) => (failure === null ? resolve() : reject(failure)));
  });
  return { close: () => server.forceShutdown() };
}

const answerTo = async (bytes: Uint8Array, answer: Service["answer"]): Promise<Uint8Array> => answer(readQuestion(bytes));

/** Takes the parts of an answer in their order. */
function process(call: ServerDuplexStream<Buffer, Buffer>, { take, end }: AnswerStream): void {
  let busy = Promise.resolve();
  call.on("data", (bytes: Buffer) => {
    busy = busy
      .then(async () => {
        const said = await take(readPart(bytes));
        if (said === "over") call.end();
        else if (said !== undefined && !call.cancelled) call.write(said);
      })
      .catch(() => void call.destroy(Object.assign(new Error("unchecked"), { code: status.INTERNAL })));
  });
  call.on("end", () => void busy.then(() => call.end()));
  for (const over of ["close", "cancelled"]) call.on(over, () => void busy.then(end));
  // That Envoy goes away before the end is no matter.
  call.on("error", () => {});
}

/** What the route of an answer says of it. */
function askedBy({ metadata }: ServerDuplexStream<Buffer, Buffer>): AskedAnswers {
  const said = (name: string): string => String(metadata.get(name)[0] ?? "");
  return {
    api: said("portico-api"),
    operation: Buffer.from(said("portico-operation"), "base64url").toString(),
    largestBytes: Number(said("portico-largest")),
    isEnforced: said("portico-strictness") === "enforce",
  };
}
