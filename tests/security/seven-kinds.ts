import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { serveHttp } from "../../testing/http-server.ts";
import type { Scope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(path(name), "utf8");
const issuer = tokenIssuer();
const signer = tokenIssuer("https://keys.test");

type Place = "header" | "query" | "cookie";

/** What a client shows: a header, a parameter of the query, a cookie, or its certificate. */
export type Shown = readonly [place: Place, name: string, value: string] | "certificate";

/** What there is to show of a kind of credential. */
export interface Kind {
  readonly good: Shown;
  /** It has the scope `read`, which `good` has not. */
  readonly scoped: Shown | undefined;
  readonly bad: Shown | undefined;
}

const basic = (user: string): Shown => ["header", "authorization", `Basic ${Buffer.from(user).toString("base64")}`];

/** Each kind of credential that there is, by the name of its scheme. */
export const kinds: Readonly<Record<string, Kind>> = {
  jwt: {
    good: ["header", "x-jwt", issuer.token()],
    scoped: ["header", "x-jwt", issuer.token({ claims: { scope: "read" } })],
    bad: ["header", "x-jwt", issuer.token({ claims: { exp: 1 } })],
  },
  key: { good: ["header", "x-key", "key-of-alice"], scoped: undefined, bad: ["header", "x-key", "nobody's"] },
  signed: { good: ["query", "signed", signer.token()], scoped: undefined, bad: ["query", "signed", `${signer.token()}x`] },
  basic: { good: basic("alice:a"), scoped: undefined, bad: basic("alice:b") },
  opaque: {
    good: ["cookie", "opaque", "opaque-good"],
    scoped: ["cookie", "opaque", "opaque-scoped"],
    bad: ["cookie", "opaque", "opaque-bad"],
  },
  mtls: { good: "certificate", scoped: undefined, bad: undefined },
  own: { good: ["header", "x-own", "own-good"], scoped: undefined, bad: ["header", "x-own", "own-bad"] },
};

/** The answer to a GET that shows all of these: its status, and its body, in which the backend says what it received. */
export function answerTo(port: number, target: string, all: readonly (Shown | undefined)[]): Promise<{ status: number; body: string }> {
  const certificate = all.includes("certificate") ? { cert: pem("alice.pem"), key: pem("alice.key") } : {};
  const pairs = (place: Place): readonly (readonly [string, string])[] =>
    all.flatMap((one) => (one === undefined || one === "certificate" || one[0] !== place ? [] : [[one[1], one[2]] as const]));
  const query = new URLSearchParams([["page", "2"], ...pairs("query").map((pair) => [...pair])]);
  const cookies = [["theme", "dark"] as const, ...pairs("cookie")].map((pair) => pair.join("="));
  const headers = { ...Object.fromEntries(pairs("header")), cookie: cookies.join("; ") };
  return new Promise((resolve, reject) => {
    const tls = { servername: "localhost", ca: pem("authority.pem"), agent: false, ...certificate };
    const sent = request({ host: "127.0.0.1", port, path: `${target}?${query}`, headers, ...tls }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    sent.once("error", reject);
    sent.end();
  });
}

/** A gateway with TLS whose schemes are these kinds, with what answers for those that are asked elsewhere. */
export async function gatewayOfKinds(scope: Scope, paths: Readonly<Record<string, object>>): ReturnType<typeof protectedGateway> {
  const introspection = await serveHttp(scope, (asked, answer) => {
    let body = "";
    asked.on("data", (part: Buffer) => (body += part.toString()));
    asked.once("end", () => {
      const token = new URLSearchParams(body).get("token");
      const [isGood, isScoped] = [token === "opaque-good", token === "opaque-scoped"];
      answer.end(JSON.stringify({ active: isGood || isScoped, ...(isScoped ? { scope: "read" } : {}) }));
    });
  });
  const own = await serveHttp(scope, (asked, answer) => void answer.writeHead(asked.headers["x-own"] === "own-good" ? 200 : 401).end());
  return protectedGateway(
    scope,
    { paths },
    [
      tokenSecurity("jwt", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }], locations: [{ header: "x-jwt" }] }),
      ...keySecurity("key", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }),
      security("signed", {
        type: "apiKey",
        apiKey: { locations: [{ query: "signed" }], signed: { issuers: [{ issuer: signer.issuer, jwks: { inline: signer.jwks } }] } },
      }),
      security("basic", { type: "basic", basic: { users: { name: "users" } } }),
      secret("users", { htpasswd: `alice:{SHA}${createHash("sha1").update("a").digest("base64")}` }),
      security("opaque", {
        type: "oauth2",
        oauth2: {
          introspectionUrl: `http://127.0.0.1:${introspection}`,
          client: { name: "gateway" },
          locations: [{ cookie: "opaque" }],
        },
      }),
      secret("gateway", { username: "gateway", password: "secret" }),
      security("mtls", { type: "mtls", mtls: { trust: { name: "clients" } } }),
      secret("clients", { "ca.crt": pem("clients.pem") }),
      security("own", { type: "authorizer", authorizer: { url: `http://127.0.0.1:${own}`, sendHeaders: ["x-own"], timeout: "5s" } }),
    ],
    { tls: { certificate: path("localhost.pem"), key: path("localhost.key") } },
  );
}
