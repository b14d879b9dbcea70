import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Scope } from "./scope.ts";

interface HttpRequest {
  readonly method: string;
  /** The path with its query, sent as it is: nothing is normalised, as a URL would be. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpClient {
  ask(request: HttpRequest): Promise<HttpAnswer>;
  /** The answers in the order of the requests, which go over all connections at once. */
  askAll(requests: readonly HttpRequest[]): Promise<readonly HttpAnswer[]>;
}

/** A client of HTTP/1.1 to a loopback port that keeps its connections, until the scope ends. */
export function httpClient(scope: Scope, port: number, connections = 4): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  scope.after(async () => agent.destroy());
  const ask = ({ method, target, headers = {} }: HttpRequest) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      const question = request({ host: "127.0.0.1", port, agent, method, path: target, headers }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }), reject);
      });
      question.on("error", (cause) => reject(new Error(`${method} ${target} was not answered`, { cause }))).end();
    });
  return { ask, askAll: (requests) => askAll(ask, requests, connections) };
}

async function askAll(ask: HttpClient["ask"], requests: readonly HttpRequest[], atOnce: number): Promise<readonly HttpAnswer[]> {
  const answers: HttpAnswer[] = [];
  const waiting = requests.entries();
  const work = async () => {
    for (const [index, next] of waiting) answers[index] = await ask(next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answers;
}
