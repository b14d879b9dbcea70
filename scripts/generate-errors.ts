import { errors } from "../src/compile/envoy/errors.ts";
import { mockErrors } from "../src/openapi/mock/refusal.ts";
import { reasons } from "../src/reason.ts";

/** What to do about an error that the gateway answers: the client, and who runs it. */
const advice: Readonly<Record<keyof typeof errors, string>> = {
  notFound:
    "Compare the path with `portico routes`: base path, trailing slash and case count. `portico explain GET /the/path` names the nearest operations.",
  methodNotAllowed: "Use a method of the `Allow` header, or add the operation to the document.",
  unauthorized:
    'Send a credential of a kind that the `WWW-Authenticate` header names; `error="invalid_token"` in it says that the token which was sent is not good: expired, of another issuer or audience, or changed. Where nobody gets in, no Security checks what the document asks for: `portico check` says which. If the operation is open to all, say so in the document: `security: []`.',
  forbidden:
    "The credential is good, and lacks a scope, a claim or the right to be used: `scope` in the `WWW-Authenticate` header names the scopes that are needed. A client that is blocked (`blockedClients`) gets this answer, too.",
  addressRefused:
    "Call from another network. Who runs the gateway finds the lists in `addresses` of the API and in the document's `x-portico`; the access log's `client` is the address that was looked at: behind a proxy that is not counted (`--trusted-hops`) it is the proxy's.",
  transportRefused:
    "Call by the other of http and https. Who runs the gateway finds what an API takes in `transports` of its document's `x-portico`; behind a proxy that ends TLS, `--trusted-hops` lets the gateway believe how clients came.",
  credentialUnchecked:
    "The gateway fetches the issuer's public keys by the url of its Security (`jwks`), and gets none now. Ask again soon; who runs the gateway looks whether that url answers.",
  badRequest:
    "Send well-formed HTTP. Refused are an escaped slash or backslash in the path (`%2F`, `%5C`), control characters, header names with underscores, and messages whose length is ambiguous.",
  invalidRequest:
    "`errors` in the answer says what is wrong: `in` which part of the request, the parameter's `name`, a JSON pointer into the value, and what it must be. Who runs the gateway finds what is asked for by `portico explain`; `validation: {request: report}` in the document's `x-portico` lets such requests through and counts them.",
  unsupportedMediaType:
    "Send the body in a media type that the document names for the operation, say it in `Content-Type`, and send it without a content coding.",
  requestUnchecked:
    "Ask again soon. The policy agent, which holds requests against the document, is not there, has too much to do, or took more than a second for this request. Who runs the gateway looks at the agent's log.",
  invalidResponse:
    "Who runs the gateway finds in the policy agent's log what of the answer was wrong, and mends the backend or the document; `validation: {response: report}` in the document's `x-portico` lets such answers through.",
  responseTooLarge:
    "Who runs the gateway makes `maxBody` of `validation` larger, or takes the operation out: `validation: {response: off}`.",
  responseUnchecked:
    "Ask again soon. The policy agent, which holds answers against the document, is not there, has too much to do, or took more than a second for this answer. Who runs the gateway looks at the agent's log.",
  interceptorFailed:
    "Who runs the gateway finds in the policy agent's log which function it was, and why: it threw, took longer than its `timeout`, or ended its process. `onFailure: pass` in `interceptors` lets such messages through as they came.",
  overLimit:
    "Wait as many seconds as `Retry-After` says. `limit` in the answer says what was counted together: the `operation`, the `api`, the `application`, or its `subscription` of the API. Who runs the gateway finds the limits by `portico explain`, and raises them in their RateLimiting.",
  limitUncounted:
    "Ask again soon. Who runs the gateway looks whether the service that counts for all gateways answers, and its Redis; a RateLimiting with `onFailure: open` lets requests through meanwhile.",
  requestTimeout: "Send the header within 10 seconds and the whole request within 5 minutes.",
  bodyTooLarge: "Send a smaller body.",
  headersTooLarge: "Send at most 100 header fields of 60 KiB together.",
  upgradeRequired: "Speak HTTP/1.1 or HTTP/2.",
  upgradeRefused: "Let the operation take WebSockets: `x-portico: {webSocket: true}`.",
  backendUnreachable:
    "Look whether the backend listens where `portico explain` says that requests go, and whether it ends connections by itself. The access log's `details` says what happened.",
  backendUnavailable: "The backend's name does not resolve, or it has more requests than it may get. Look at the backend.",
  backendTimeout:
    "The answer took longer than `timeout` (15 s unless said) of the operation or its backend. Make it longer, or the backend faster.",
  fault: "The document's `x-portico` says `fault` for the operation: take it out where clients are not to be tested.",
  maintenance:
    "Wait as long as `Retry-After` says, where it is there. Who runs the gateway ends it by `maintenance` in the document's `x-portico`.",
  notImplemented: "Send the body as it is, or `Transfer-Encoding: chunked`.",
  internal: "Please report it, with the line of the access log.",
  notMounted:
    "A gateway's image holds what is the same everywhere. Ports, certificates and backends are the environment's: write them with `portico build --out DIR` and mount `DIR/mounted` at `/gateway/mounted`, for example with `docker run --volume`.",
  overloaded: "The gateway sheds load before its memory ends. Give it more, or run more of them.",
};

/** A page for each type of error: its URL is the error's `type`. */
export function errorPages(): readonly { readonly path: string; readonly text: string }[] {
  const ofGateway = Object.keys(errors)
    .filter(isKey)
    .map((key) => page(errors[key], `${errors[key].detail}\n\n${advice[key]}`));
  return [...ofGateway, ...Object.values(mockErrors).map((error) => page(error, `Only mocked operations answer this. ${error.advice}`))];
}

const page = ({ type, title, status }: ErrorType, text: string) => ({
  path: `docs/errors/${slug(type)}.md`,
  text: `# ${status} ${title}\n\n\`${type}\`\n\n${text}\n`,
});

/** What all errors have that are answered over HTTP. */
interface ErrorType {
  readonly type: string;
  readonly title: string;
  readonly status: number;
}

const isKey = (key: string): key is keyof typeof errors => key in errors;

/** The page of what Portico says: Problems by reason, and the gateway's own errors. */
export function problemsPage(): string {
  return [
    "# What Portico says when something is wrong",
    "",
    "## On the way to a gateway",
    "",
    "Commands say Problems: a place (`file:line:column`), a reason, what is wrong and what to do. Errors end a command with exit code 1; warnings do not. Wrong",
    "usage ends it with 2. `portico check --format json|github|junit` writes them for programs.",
    "",
    ...Object.entries(reasons).flatMap(([reason, meaning]) => [`### ${reason}`, "", meaning, ""]),
    "## From the gateway",
    "",
    "What the gateway itself answers is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, and `requestId`, which is in the header",
    "`x-request-id` and in the access log too. What a backend answers, or a document makes a mock answer, comes through as it is.",
    "",
    "| status | type |",
    "| --- | --- |",
    ...[...Object.values(errors), ...Object.values(mockErrors)].map(
      ({ type, title, status }) => `| ${status} ${title} | [${slug(type)}](errors/${slug(type)}.md) |`,
    ),
    "",
  ].join("\n");
}

const slug = (type: string): string => type.slice(type.lastIndexOf("/") + 1);
