import { Agent, request } from "node:http";
import { connect } from "node:http2";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import type { Scope } from "./scope.ts";

/** What a load saw so far. */
interface Seen {
  requests: number;
  /** Requests that were not answered 200, with what happened. */
  readonly failures: string[];
  /** Connections opened, and connections that the other side closed or told to go. */
  opened: number;
  closed: number;
}

/** A load that asks for one path again and again, until it is stopped, or the scope ends. */
export interface SteadyLoad {
  readonly seen: Seen;
  /** Resolves when the last answer is there. */
  stop(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

const nothing = (): Seen => ({ requests: 0, failures: [], opened: 0, closed: 0 });

/** Asks over so many kept connections of HTTP/1.1, one request after the other on each. */
export function http1Load(scope: Scope, port: number, path: string, connections: number, headers: Headers = {}): SteadyLoad {
  const seen = nothing();
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const sockets = new WeakSet<object>();
  const ask = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const question = request({ host: "127.0.0.1", port, path, agent, headers: { ...headers } }, (answer) => {
        if (answer.headers.connection === "close") seen.closed++;
        answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
      });
      question.on("socket", (socket) => {
        if (sockets.has(socket)) return;
        sockets.add(socket);
        seen.opened++;
      });
      question.on("error", reject).end();
    });
  return running(scope, seen, connections, ask, () => agent.destroy());
}

/** Asks over kept connections of HTTPS, and each twentieth time over a new one, with a client's certificate. Whose certificate the gateway shows is not looked at. */
export function httpsLoad(
  scope: Scope,
  port: number,
  path: string,
  connections: number,
  client: { readonly cert: string; readonly key: string },
): SteadyLoad {
  const seen = nothing();
  const shown = { ...client, rejectUnauthorized: false };
  const kept = new TlsAgent({ keepAlive: true, maxSockets: connections, ...shown });
  let count = 0;
  const ask = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const isNew = count++ % 20 === 0;
      if (isNew) seen.opened++;
      const agent = isNew ? new TlsAgent(shown) : kept;
      const question = tlsRequest({ host: "127.0.0.1", port, path, agent }, (answer) => {
        if (answer.headers.connection === "close" && !isNew) seen.closed++;
        answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
      });
      question.on("error", reject).end();
    });
  return running(scope, seen, connections, ask, () => kept.destroy());
}

/** Asks over one connection of HTTP/2, so many requests at once. */
export function http2Load(scope: Scope, port: number, path: string, streams: number, headers: Headers = {}): SteadyLoad {
  const seen = nothing();
  const session = connect(`http://127.0.0.1:${port}`);
  seen.opened++;
  session.on("goaway", () => seen.closed++).on("error", ({ message }) => seen.failures.push(message));
  const ask = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ":path": path, ...headers });
      let status = 0;
      stream.on("response", (headers) => {
        status = headers[":status"] ?? 0;
      });
      stream.on("end", () => resolve(status)).on("error", reject);
      stream.resume().end();
    });
  return running(scope, seen, streams, ask, () => session.close());
}

function running(scope: Scope, seen: Seen, atOnce: number, ask: () => Promise<number>, end: () => void): SteadyLoad {
  let stopped = false;
  const work = async (): Promise<void> => {
    while (!stopped) {
      const status = await ask().catch((failure: Error) => failure.message);
      seen.requests++;
      if (status === 200) continue;
      seen.failures.push(String(status));
      // On a connection that is gone each request fails at once, and nothing else would have its turn.
      await wait(1);
    }
  };
  const workers = Promise.all(Array.from({ length: atOnce }, work));
  const stop = async (): Promise<void> => {
    stopped = true;
    await workers;
    end();
  };
  // A test that fails leaves it going.
  scope.after(stop);
  return { seen, stop };
}
