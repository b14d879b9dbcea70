import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { rootCertificates } from "node:tls";

/** One request, whole. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  /** Where the answer comes from. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** The body as it comes. It is to be read to its end, or `discard`ed. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

export interface HttpOptions {
  /** Certification authorities beside those that Node knows, in PEM. */
  readonly authorities: string | undefined;
  /** How long a connection, and then each silence, may last (milliseconds). What comes too slowly after that is silence, too. */
  readonly patienceMs: number;
}

export interface Http {
  /** Sends a request. Rejects where there is no answer; any status is one. */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): void;
}

/** HTTP/1.1 over kept connections. Follows no redirect and tries nothing twice: who sends knows whether that is safe. */
export function openHttp({ authorities, patienceMs }: HttpOptions): Http {
  const plain = new PlainAgent({ keepAlive: true });
  const tls = new TlsAgent({ keepAlive: true, ...(authorities === undefined ? {} : { ca: [...rootCertificates, authorities] }) });
  return {
    send: (request) => {
      const { url, method, headers } = request;
      const options = { method, headers: { ...headers, ...lengthOf(request) }, timeout: patienceMs };
      return url.protocol === "https:"
        ? answered(tlsRequest(url, { ...options, agent: tls }), request, patienceMs)
        : answered(plainRequest(url, { ...options, agent: plain }), request, patienceMs);
    },
    close: () => {
      plain.destroy();
      tls.destroy();
    },
  };
}

function lengthOf({ method, body }: HttpRequest): Readonly<Record<string, string>> {
  if (body === undefined && (method === "GET" || method === "HEAD")) return {};
  return { "content-length": String(body?.length ?? 0) };
}

/** Sends what is to be sent, and waits for the head of the answer. */
function answered(request: ClientRequest, { body, url }: HttpRequest, patienceMs: number): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    request.once("response", (response) => {
      // From here on only who waits for a part of the body counts the time: who has no use for it yet makes the socket silent, too.
      request.setTimeout(0);
      resolve({
        status: response.statusCode ?? 0,
        url,
        headers: response.headers,
        body: whole(response, patienceMs),
        discard: () => response.resume(),
      });
    });
    request.once("timeout", () => request.destroy(tooSlow()));
    request.once("error", reject);
    request.end(body);
  });
}

const tooSlow = (): Error => Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });

/** Fewer bytes in a second than any network brings: who sends so few holds the program up. */
const slowestPerMs = 1;

/**
 * The parts of a body. A connection that ends before the body does is an error, not its end; so is one that is silent, or slower than any is.
 * Who reads no further has no more use for the connection.
 */
async function* whole(response: IncomingMessage, patienceMs: number): AsyncIterable<Uint8Array> {
  let [waitedMs, received] = [0, 0];
  const parts: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  try {
    for (;;) {
      const began = performance.now();
      const timer = setTimeout(() => response.destroy(tooSlow()), patienceMs);
      const part = await parts.next().finally(() => clearTimeout(timer));
      if (part.done === true) break;
      waitedMs += performance.now() - began;
      received += part.value.length;
      if (waitedMs > patienceMs && received < waitedMs * slowestPerMs) throw tooSlow();
      yield part.value;
    }
    if (!response.complete) throw Object.assign(new Error("the answer broke off"), { code: "ECONNRESET" });
  } finally {
    if (!response.complete) response.destroy();
  }
}

/** A body as bytes; rejects when there are more than `most`. */
export async function bytesOf(response: HttpResponse, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of response.body) {
    total += part.length;
    if (total > most) throw Object.assign(new Error(`the answer has more than ${most} bytes`), { code: "ETOOLARGE" });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
