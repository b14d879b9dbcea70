import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import { type Authorization, authorize } from "./authorization.ts";
import { parseChallenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { type HttpOptions, type HttpRequest, type HttpResponse, openHttp } from "./http.ts";
import { denied, unreachable } from "./problems.ts";
import { followed } from "./redirects.ts";
import { type Retries, retried, retryAfterMs, type Try } from "./retry.ts";
import { type RegistryWords, wordsOf } from "./words.ts";

export interface SessionOptions extends HttpOptions {
  readonly credentials: Credentials;
  /** Whether requests go without TLS. Only where a person says so. */
  readonly plainHttp: boolean;
  readonly retries: Retries;
}

/** A request to a registry about one repository. */
interface RegistryRequest {
  readonly method: HttpRequest["method"];
  readonly body?: NonNullable<HttpRequest["body"]>;
  readonly repository: string;
  /** What has to be allowed (Docker: "Requesting a Token"). */
  readonly actions: "pull" | "pull,push";
  /** A path under /v2/, or where the registry said that one should go on. */
  readonly to: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A conversation with one registry: who asks is proved when it asks for that, and what fails for a moment is tried again. */
export interface Session {
  readonly registry: string;
  readonly origin: string;
  /** Any answer but those that say "not now" and "not you". Fails with RegistryUnreachable, RegistryUntrusted, RegistryDenied or RegistryFailed. */
  send(request: RegistryRequest): Promise<Checked<HttpResponse>>;
  /** The same, sent once: for a part of an upload, which may not be sent again as it is, for how much of it arrived is unknown. */
  sendOnce(request: RegistryRequest): Promise<Try<HttpResponse>>;
  /** What the registry says itself in an answer that refuses, without any credential of this conversation. */
  words(response: HttpResponse): Promise<RegistryWords>;
  close(): void;
}

/** Whether an answer says "not now". What a registry does not do at all (501, 505), and a disk that is full (507), stay as they are. */
const isNotNow = (status: number): boolean =>
  status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505 && status !== 507);

export function openSession(registry: string, options: SessionOptions): Session {
  const http = openHttp(options);
  const { origin } = new URL(`${options.plainHttp ? "http" : "https"}://${registry}`);
  const authorizations = new Map<string, Authorization>();

  const sent = ({ method, to, headers = {}, body }: RegistryRequest, authorization: Authorization | undefined): Promise<HttpResponse> => {
    const url = typeof to === "string" ? new URL(`/v2/${to}`, origin) : to;
    return followed(http, { method, url, headers, ...(body === undefined ? {} : { body }) }, origin, authorization);
  };

  const words = (response: HttpResponse): Promise<RegistryWords> =>
    wordsOf(
      response,
      [...authorizations.values()].flatMap(({ secrets }) => secrets),
    );

  /** Sends with the authorization that is needed, which is asked for anew when the one at hand does not do any more. */
  const authorized = async (request: RegistryRequest): Promise<HttpResponse | Problem> => {
    const { repository, actions } = request;
    const key = `${repository} ${actions}`;
    const response = await sent(request, authorizations.get(key));
    if (response.status !== 401) return response;
    response.discard();
    // Whom the registry sends on to may ask for a credential, too: it gets none.
    if (response.url.origin !== origin) return denied(registry, repository, 401);
    const challenge = parseChallenge(response.headers["www-authenticate"] ?? "");
    if (challenge === undefined) return denied(registry, repository, 401);
    const authorization = await authorize(http, registry, challenge, `repository:${repository}:${actions}`, options);
    if ("severity" in authorization) return authorization;
    authorizations.set(key, authorization);
    const again = await sent(request, authorization);
    if (again.status !== 401) return again;
    const said = await words(again);
    authorizations.delete(key);
    return denied(registry, repository, 401, said);
  };

  const sendOnce = async (request: RegistryRequest): Promise<Try<HttpResponse>> => {
    const answer = await authorized(request).catch((thrown: unknown) => unreachable(registry, thrown));
    if ("severity" in answer)
      return answer.reason === "RegistryUnreachable" ? { later: answer, notBeforeMs: 0 } : { outcome: failed(answer) };
    if (answer.status === 403) return { outcome: failed(denied(registry, request.repository, 403, await words(answer))) };
    if (!isNotNow(answer.status)) return { outcome: checked(answer, []) };
    const notBeforeMs = retryAfterMs(answer.headers["retry-after"], Date.now());
    return { later: notNow(registry, request, answer.status, notBeforeMs, await words(answer)), notBeforeMs };
  };

  return { registry, origin, send: (request) => retried(options.retries, () => sendOnce(request)), sendOnce, words, close: http.close };
}

function notNow(
  registry: string,
  { method, repository }: RegistryRequest,
  status: number,
  notBeforeMs: number,
  { sentence }: RegistryWords,
): Problem {
  const when = notBeforeMs === 0 ? "later" : `in ${Math.ceil(notBeforeMs / 1000)} seconds, as it asks`;
  const message = `The registry answers ${status} to ${method}.${sentence} Try again ${when}.`;
  return error("RegistryFailed", wholeFile(`${registry}/${repository}`), message);
}
