import { rmSync } from "node:fs";
import { Server, ServerCredentials, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { addressMetadata } from "../model/agent.ts";
import { checkPath, type Question, readQuestion } from "./messages.ts";
import type { PartStream } from "./part-stream.ts";
import { processPath, readPart } from "./processing-messages.ts";

/** What answers Envoy. */
export interface Service {
  /** The answer to a question, as bytes. One that cannot be made is an error, which lets nobody in who needs it. */
  readonly answer: (question: Question) => Promise<Uint8Array>;
  /** What is done with a request and its response; `said` gives what their route says, by its name, and nothing where it does not. */
  readonly stream: (said: (name: string) => string) => PartStream;
}

/**
 * Node ends a connection on which many streams are reset (nghttp2: `stream_reset_rate_limit`), all others with it: a guard against strangers. Here the gateway does it, for each client that goes away
 * before it is answered. grpc-js has no option for what Node has one for.
 */
function mayBeReset(server: Server): void {
  const options: unknown = Reflect.get(server, "commonServerOptions");
  if (typeof options === "object" && options !== null) Object.assign(options, { streamResetBurst: 2 ** 31, streamResetRate: 2 ** 31 });
}

const asBytes = (bytes: Buffer): Buffer => bytes;
const raw = { requestDeserialize: asBytes, requestSerialize: asBytes, responseDeserialize: asBytes, responseSerialize: asBytes };

/** Serves Envoy's authorisation and external processing on a Unix socket. Rejects where it cannot listen. */
export async function serve(socket: string, { answer, stream }: Service): Promise<{ close(): void }> {
  // Envoy bounds what it sends by what its routes say.
  const server = new Server({ "grpc.max_concurrent_streams": 2 ** 16, "grpc.max_receive_message_length": -1 });
  mayBeReset(server);
  server.addService(
    { check: { path: checkPath, requestStream: false, responseStream: false, ...raw } },
    {
      check: (call: Told & { readonly request: Buffer }, done: (failure: { readonly code: status } | null, bytes?: Buffer) => void) => {
        answerTo(call.request, saidBy(call)(addressMetadata), answer).then(
          (bytes) => done(null, Buffer.from(bytes)),
          () => done({ code: status.INTERNAL }),
        );
      },
    },
  );
  server.addService(
    { process: { path: processPath, requestStream: true, responseStream: true, ...raw } },
    { process: (call: ServerDuplexStream<Buffer, Buffer>) => process(call, stream(saidBy(call))) },
  );
  // What a killed one left there would be in the way.
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (failure) => (failure === null ? resolve() : reject(failure)));
  });
  return { close: () => server.forceShutdown() };
}

const answerTo = async (bytes: Uint8Array, address: string, answer: Service["answer"]): Promise<Uint8Array> =>
  answer(readQuestion(bytes, address));

/** Takes the parts of messages in their order. */
function process(call: ServerDuplexStream<Buffer, Buffer>, { take, end }: PartStream): void {
  let busy = Promise.resolve();
  call.on("data", (bytes: Buffer) => {
    busy = busy
      .then(async () => {
        const said = await take(readPart(bytes));
        if (said === undefined || call.cancelled) return;
        if (said === "over") return void call.end();
        if (Buffer.isBuffer(said)) return void call.write(said);
        call.write(said.last);
        call.end();
      })
      // So a status is written (grpc-js: ServerWritableStream); a stream that is destroyed would leave the gateway waiting.
      .catch(() => void call.emit("error", { code: status.INTERNAL, details: "unchecked" }));
  });
  call.on("end", () => void busy.then(() => call.end()));
  for (const over of ["close", "cancelled"]) call.on(over, () => void busy.then(end));
  // That Envoy goes away before the end is no matter.
  call.on("error", () => {});
}

type Told = Pick<ServerDuplexStream<Buffer, Buffer>, "metadata">;

const saidBy =
  ({ metadata }: Told) =>
  (name: string): string =>
    String(metadata.get(name)[0] ?? "");
