import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { fileURLToPath } from "node:url";
import { serveHttp } from "../../testing/http-server.ts";
import type { Scope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(path(name), "utf8");
const issuer = tokenIssuer();
const signer = tokenIssuer("https://keys.test");

/** What a client shows: a header, or its certificate. */
export type Shown = readonly [header: string, value: string] | "certificate";

/** What there is to show of a kind of credential. */
export interface Kind {
  readonly good: Shown;
  /** It has the scope `read`, which `good` has not. */
  readonly scoped: Shown | undefined;
  readonly bad: Shown | undefined;
}

const basic = (user: string): Shown => ["authorization", `Basic ${Buffer.from(user).toString("base64")}`];

/** Each kind of credential that there is, by the name of its scheme. */
export const kinds: Readonly<Record<string, Kind>> = {
  jwt: {
    good: ["x-jwt", issuer.token()],
    scoped: ["x-jwt", issuer.token({ claims: { scope: "read" } })],
    bad: ["x-jwt", issuer.token({ claims: { exp: 1 } })],
  },
  key: { good: ["x-key", "key-of-alice"], scoped: undefined, bad: ["x-key", "nobody's"] },
  signed: { good: ["x-signed", signer.token()], scoped: undefined, bad: ["x-signed", `${signer.token()}x`] },
  basic: { good: basic("alice:a"), scoped: undefined, bad: basic("alice:b") },
  opaque: { good: ["x-opaque", "good"], scoped: ["x-opaque", "scoped"], bad: ["x-opaque", "bad"] },
  mtls: { good: "certificate", scoped: undefined, bad: undefined },
  own: { good: ["x-own", "good"], scoped: undefined, bad: ["x-own", "bad"] },
};

/** The status of a GET that shows all of these. */
export function statusOf(port: number, target: string, all: readonly (Shown | undefined)[]): Promise<number> {
  const headers = Object.fromEntries(all.flatMap((one) => (one === undefined || one === "certificate" ? [] : [one])));
  const certificate = all.includes("certificate") ? { cert: pem("alice.pem"), key: pem("alice.key") } : {};
  return new Promise((resolve, reject) => {
    const tls = { servername: "localhost", ca: pem("authority.pem"), agent: false, ...certificate };
    const sent = request({ host: "127.0.0.1", port, path: target, headers, ...tls }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
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
      answer.end(JSON.stringify({ active: token === "good" || token === "scoped", ...(token === "scoped" ? { scope: "read" } : {}) }));
    });
  });
  const own = await serveHttp(scope, (asked, answer) => void answer.writeHead(asked.headers["x-own"] === "good" ? 200 : 401).end());
  return protectedGateway(
    scope,
    { paths },
    [
      tokenSecurity("jwt", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }], locations: [{ header: "x-jwt" }] }),
      ...keySecurity("key", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }),
      security("signed", {
        type: "apiKey",
        apiKey: { locations: [{ header: "x-signed" }], signed: { issuers: [{ issuer: signer.issuer, jwks: { inline: signer.jwks } }] } },
      }),
      security("basic", { type: "basic", basic: { users: { name: "users" } } }),
      secret("users", { htpasswd: `alice:{SHA}${createHash("sha1").update("a").digest("base64")}` }),
      security("opaque", {
        type: "oauth2",
        oauth2: {
          introspectionUrl: `http://127.0.0.1:${introspection}`,
          client: { name: "gateway" },
          locations: [{ header: "x-opaque" }],
        },
      }),
      secret("gateway", { username: "gateway", password: "secret" }),
      security("mtls", { type: "mtls", mtls: { trust: { name: "clients" } } }),
      secret("clients", { "ca.crt": pem("clients.pem") }),
      security("own", { type: "authorizer", authorizer: { url: `http://127.0.0.1:${own}`, sendHeaders: ["x-own"] } }),
    ],
    { tls: { certificate: path("localhost.pem"), key: path("localhost.key") } },
  );
}
