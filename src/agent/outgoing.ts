import { readFileSync } from "node:fs";
import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import type { AgentTrust } from "../model/agent.ts";

/** A request to somebody who knows more. */
interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface OutgoingAnswer {
  readonly status: number;
  readonly text: string;
}

/** HTTP/1.1 over kept connections to one place. */
export interface Outgoing {
  /** The whole answer. Rejects where none comes in time, or a larger one than anybody needs. Redirects are not followed: they would carry secrets elsewhere. */
  send(request: OutgoingRequest): Promise<OutgoingAnswer>;
  close(): void;
}

/** More than any answer has that is one. */
const largestAnswer = 256 * 1024;

/** The authorities whose certificates are believed; undefined where anybody's are. */
export function authoritiesOf(trust: AgentTrust): string | undefined {
  if (trust.kind === "anybody") return undefined;
  return trust.kind === "authorities" ? trust.pem : readFileSync(trust.path, "utf8");
}

/** Opens what asks one place; connections are made as they are needed, `mostConnections` of them at most. */
export function openOutgoing(trust: AgentTrust, timeoutMs: number, mostConnections: number): Outgoing {
  const limits = { keepAlive: true, maxSockets: mostConnections, timeout: 60_000 };
  const plain = new PlainAgent(limits);
  let tls: TlsAgent | undefined;
  // The authorities are read when they are first needed: most places that are asked inside a cluster have no TLS.
  const overTls = (): TlsAgent => {
    tls ??= new TlsAgent({ ...limits, ca: authoritiesOf(trust), rejectUnauthorized: trust.kind !== "anybody" });
    return tls;
  };
  return {
    send: ({ method, url, headers, body }) =>
      new Promise((resolve, reject) => {
        const options = {
          method,
          headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
          signal: AbortSignal.timeout(timeoutMs),
        };
        const request =
          url.protocol === "https:" ? tlsRequest(url, { ...options, agent: overTls() }) : plainRequest(url, { ...options, agent: plain });
        request.once("error", reject);
        request.once("response", (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => {
            text += part;
            if (text.length > largestAnswer) response.destroy(new Error("the answer is too large"));
          });
          response.once("error", reject);
          response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
        });
        request.end(body);
      }),
    close: () => {
      plain.destroy();
      tls?.destroy();
    },
  };
}
