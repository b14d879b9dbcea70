import { type ChannelCredentials, Client, credentials } from "@grpc/grpc-js";
import { networkOf } from "../model/addresses.ts";
import type { AgentCheck, AgentSecurity } from "../model/agent.ts";
import { type AskedRequest, type Checker, type Finding, none, unchecked } from "./finding.ts";
import { checkPath, readAnswer, writeQuestion } from "./messages.ts";
import { authoritiesOf, openOutgoing } from "./outgoing.ts";
import { Turns } from "./turns.ts";

type Authorizer = Extract<AgentCheck, { kind: "authorizer" }>;

const mostAtOnce = 256;
const mostWaiting = 1_000;

/** The status with which an authoriser refuses a request; undefined where it lets it in. Rejects where it gives no answer. */
type Ask = (request: AskedRequest) => Promise<number | undefined>;

/**
 * Asks somebody's own authoriser about each request (envoy: ext_authz). That it says 401 means no good credential; any other refusal is one of a known caller,
 * who may not. No answer lets nobody in.
 */
export function askAuthorizer(_: AgentSecurity, check: Authorizer): Checker {
  const { ask, close } = check.protocol === "grpc" ? overGrpc(check) : overHttp(check);
  const turns = new Turns(mostAtOnce, mostWaiting);
  return {
    async check(request) {
      const seen = {
        ...request,
        headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => check.headers.includes(name))),
      };
      const answer = await turns.take(async () => findingOf(await ask(seen)), networkOf(request.address)).catch(() => undefined);
      return answer ?? unchecked;
    },
    close,
  };
}

function findingOf(refusal: number | undefined): Finding {
  if (refusal === 401) return none;
  return refusal !== undefined && refusal >= 500
    ? unchecked
    : { kind: "genuine", allowed: refusal === undefined ? "yes" : "no", members: {} };
}

/** As Envoy asks over HTTP: with the request's own method, its path behind the url's, and no body; 200 lets it in. */
function overHttp({ url, timeoutMs, tls }: Authorizer): { readonly ask: Ask; readonly close: () => void } {
  const outgoing = openOutgoing(tls, timeoutMs, mostAtOnce);
  const base = url.replace(/\/$/, "");
  return {
    async ask({ method, path, host, headers }) {
      const { status } = await outgoing.send({
        method,
        url: new URL(base + path),
        headers: { ...headers, "x-forwarded-host": host },
        body: "",
      });
      return status === 200 ? undefined : status;
    },
    close: () => outgoing.close(),
  };
}

/** As Envoy asks over gRPC. */
function overGrpc({ url, timeoutMs, tls }: Authorizer): { readonly ask: Ask; readonly close: () => void } {
  const { host, protocol } = new URL(url);
  const port = /:\d+$/.test(host) ? "" : protocol === "https:" ? ":443" : ":80";
  const client = new Client(host + port, channel(protocol, tls));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + timeoutMs };
        const asBytes = (bytes: Buffer): Buffer => bytes;
        client.makeUnaryRequest(checkPath, asBytes, asBytes, Buffer.from(writeQuestion(request)), options, (failure, answer) => {
          if (failure !== null || answer === undefined) return reject(failure ?? new Error("no answer"));
          try {
            resolve(readAnswer(answer));
          } catch (wrong) {
            reject(wrong);
          }
        });
      }),
    close: () => client.close(),
  };
}

function channel(protocol: string, tls: Authorizer["tls"]): ChannelCredentials {
  if (protocol !== "https:") return credentials.createInsecure();
  const authorities = authoritiesOf(tls);
  return credentials.createSsl(authorities === undefined ? null : Buffer.from(authorities));
}
