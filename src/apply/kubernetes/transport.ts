import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, type RequestOptions, request as tlsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { ApiException, type KubeConfig } from "@kubernetes/client-node";

/** A request to a cluster's API. */
interface KubernetesRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body. Default: application/json. */
  readonly contentType?: string;
  readonly accept?: string;
}

/** A cluster's API, over connections that are kept. */
export interface Transport {
  readonly server: string;
  /** The answer's JSON. Rejects with an ApiException where its status is none of success, and with the system's error where there is no answer in time. */
  json(request: KubernetesRequest): Promise<unknown>;
  /** The lines of an answer that does not end by itself, as they come. Rejects as `json` does, and when nothing comes for `silenceMs`. */
  lines(request: KubernetesRequest, signal: AbortSignal, silenceMs: number): AsyncIterable<string>;
  close(): void;
}

const patienceMs = 30_000;
/** How often an answer "not now" is waited for. */
const mostRetries = 5;

/** Opens a cluster's API. `mayWrite` is asked right before each request that writes: one that must not be sent any more rejects. */
export function openTransport(config: KubeConfig, mayWrite: () => boolean = () => true): Transport {
  const server = config.getCurrentCluster()?.server ?? "";
  const isPlain = server.startsWith("http:");
  const plain = new PlainAgent({ keepAlive: true });
  let secure: Agent | undefined;

  const send = async ({ method, path, body, contentType, accept }: KubernetesRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    const known: RequestOptions = {};
    await config.applyToHTTPSOptions(known);
    const { ca, cert, key, servername, rejectUnauthorized, headers } = known;
    secure ??= new Agent({ keepAlive: true, ca, cert, key, servername, rejectUnauthorized });
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const options: RequestOptions = {
      method,
      agent: isPlain ? plain : secure,
      signal,
      headers: {
        ...headers,
        accept: accept ?? "application/json",
        ...(payload === undefined ? {} : { "content-type": contentType ?? "application/json", "content-length": payload.length }),
      },
    };
    if (method !== "GET" && !mayWrite()) throw new NotLeading();
    return new Promise((resolve, reject) => {
      const request = isPlain ? plainRequest : tlsRequest;
      request(`${server}${path}`, options, resolve).on("error", reject).end(payload);
    });
  };

  const answered = async (request: KubernetesRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    for (let turn = 0; ; turn++) {
      const response = await send(request, signal);
      const status = response.statusCode ?? 0;
      if (status < 300) return response;
      const said = await text(response);
      const after = Number(response.headers["retry-after"]);
      if (status !== 429 || turn === mostRetries) throw new ApiException(status, "", said, {});
      // The cluster's own fairness: it says when there is room again (Kubernetes: "API Priority and Fairness").
      await wait((after > 0 ? after : 1) * 1000, undefined, { signal });
    }
  };

  return {
    server,
    json: async (request) => {
      const response = await answered(request, AbortSignal.timeout(patienceMs));
      return JSON.parse(await text(response));
    },
    async *lines(request, signal, silenceMs) {
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(), silenceMs);
      try {
        const response = await answered(request, AbortSignal.any([signal, silence.signal]));
        response.setEncoding("utf8");
        let rest = "";
        for await (const part of response) {
          timer.refresh();
          const whole = `${rest}${String(part)}`.split("\n");
          rest = whole.pop() ?? "";
          yield* whole.filter((line) => line !== "");
        }
      } finally {
        clearTimeout(timer);
        silence.abort();
      }
    },
    close: () => {
      plain.destroy();
      secure?.destroy();
    },
  };
}

/** A write that was not sent, since another operator may lead by now. */
export class NotLeading extends Error {
  override readonly message = "This operator does not lead any more.";
}
