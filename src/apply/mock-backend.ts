import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { mockErrors, refusal } from "../openapi/mock/refusal.ts";
import { chosenReply, type MockSource } from "../openapi/mock/replies.ts";
import type { MockReply } from "../openapi/mock/reply.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";

/** What a document says about the answers of an operation, by the API's name and the operation's id. Undefined: there is no such operation. */
export type MockLookup = (api: string, operation: string) => MockSource | undefined;

/** A little HTTP server on this machine that answers what the gateway does not answer itself: mocks chosen by Prefer or Accept, and large ones. */
export interface MockBackend {
  /** Where it listens: a port of the loopback address, or the path of a Unix socket. */
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  /** From now on answers with another document. */
  readonly replace: (lookup: MockLookup) => void;
  /** Ends it and all its connections. */
  readonly close: () => Promise<void>;
}

/** Bytes of a request's header fields; more is answered 431. It is more than the gateway lets through. */
const maxHeaderBytes = 96 * 1_024;

/**
 * Starts the mock backend on a free port of the loopback address, or on a Unix socket. The gateway names the operation of a request
 * in the header fields `portico-api` and `portico-operation`, percent-encoded where they are not plain ASCII. Answers are made when
 * they are asked for.
 */
export async function startMockBackend(lookup: MockLookup, socketPath?: string): Promise<Checked<MockBackend>> {
  let current = lookup;
  // Idle connections stay open: if this end closed them, a request that the gateway sends just then would fail.
  const server = createServer({ maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 0 }, (request, response) => {
    answerWhenRead(request, response, () => answer(request, response, current));
  });
  const refused = await listen(server, socketPath);
  if (refused !== undefined) return failed(error("MockBackendFailed", wholeFile(socketPath ?? "127.0.0.1"), refused));
  return checked({ address: addressOf(server), replace: (next) => (current = next), close: () => close(server) }, []);
}

/** Listens; what prevents it is returned as a sentence. */
function listen(server: Server, path: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once("error", ({ message }) => resolve(`The mock backend cannot listen: ${message}. Free a port, or name another socket.`));
    server.once("listening", () => {
      // Later errors are single connections that could not be accepted; the others go on.
      server.removeAllListeners("error").on("error", () => {});
      resolve(undefined);
    });
    if (path === undefined) server.listen(0, "127.0.0.1");
    else server.listen(path);
  });
}

function addressOf(server: Server): MockBackend["address"] {
  const address = server.address();
  if (typeof address === "string") return { path: address };
  return { host: address?.address ?? "127.0.0.1", port: address?.port ?? 0 };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Lets the request's body pass by, keeping nothing of it, then answers: an answer before its end would cost the connection. */
function answerWhenRead(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  request.once("error", () => response.destroy());
  request.once("end", answer);
  request.resume();
}

/** A fault in here is one answer, never the end of the process. */
function answer(request: IncomingMessage, response: ServerResponse, lookup: MockLookup): void {
  try {
    send(response, replyTo(request, lookup));
  } catch {
    const detail = "The mock answer could not be made. Report this as a fault of Portico, with the document.";
    send(response, refusal(mockErrors.failed, detail, field(request, "x-request-id")));
  }
}

function replyTo(request: IncomingMessage, lookup: MockLookup): MockReply {
  const source = findSource(lookup, field(request, "portico-api") ?? "", field(request, "portico-operation") ?? "");
  const requestId = field(request, "x-request-id");
  if (source === undefined) {
    const detail = "There is no such operation: the document has changed, or the request did not come through the gateway.";
    return refusal(mockErrors.noOperation, detail, requestId);
  }
  return chosenReply(source, { prefer: field(request, "prefer"), accept: field(request, "accept"), requestId });
}

/** Names as they stand, else decoded: only the gateway knows whether it had to encode. */
function findSource(lookup: MockLookup, api: string, operation: string): MockSource | undefined {
  return lookup(api, operation) ?? lookup(decoded(api), decoded(operation));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A request's header field; several lines of it are one list (RFC 9110, section 5.3). */
function field({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Sends an answer. Node leaves the body of a HEAD request's answer out and keeps its length. */
function send(response: ServerResponse, { status, mediaType, headers, body }: MockReply): void {
  const type = mediaType === undefined ? [] : ["content-type", mediaType];
  const length = status === 204 || status === 304 ? [] : ["content-length", String(Buffer.byteLength(body))];
  response.writeHead(status, [...headers.flat(), ...type, ...length]);
  response.end(body);
}
