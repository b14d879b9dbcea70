import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { serveHttp } from "../../testing/http-server.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { guarded, keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(path(name), "utf8");
const issuer = tokenIssuer();
const signer = tokenIssuer("https://keys.test");

/** What a client shows: a header, or its certificate. */
type Shown = readonly [header: string, value: string] | "certificate";

/** Each kind of credential: one that is good, and one that is not. */
const kinds: Readonly<Record<string, { readonly good: Shown; readonly bad: Shown | undefined }>> = {
  jwt: { good: ["x-jwt", issuer.token()], bad: ["x-jwt", issuer.token({ claims: { exp: 1 } })] },
  key: { good: ["x-key", "key-of-alice"], bad: ["x-key", "nobody's"] },
  signed: { good: ["x-signed", signer.token()], bad: ["x-signed", `${signer.token()}x`] },
  basic: {
    good: ["authorization", `Basic ${Buffer.from("alice:a").toString("base64")}`],
    bad: ["authorization", `Basic ${Buffer.from("alice:b").toString("base64")}`],
  },
  opaque: { good: ["x-opaque", "good"], bad: ["x-opaque", "bad"] },
  mtls: { good: "certificate", bad: undefined },
  own: { good: ["x-own", "good"], bad: ["x-own", "bad"] },
};
const names = Object.keys(kinds);
const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other] as const));

function get(port: number, target: string, all: readonly (Shown | undefined)[]): Promise<number> {
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

describe("two kinds of credential", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const introspection = await serveHttp(scope, (asked, answer) => {
      let body = "";
      asked.on("data", (part: Buffer) => (body += part.toString()));
      asked.once("end", () => answer.end(JSON.stringify({ active: new URLSearchParams(body).get("token") === "good" })));
    });
    const own = await serveHttp(scope, (asked, answer) => void answer.writeHead(asked.headers["x-own"] === "good" ? 200 : 401).end());
    const demand = (name: string): object => ({ [name]: [] });
    const paths = Object.fromEntries(
      pairs.flatMap(([one, other]) => [
        [`/${one}/and/${other}`, guarded({ ...demand(one), ...demand(other) })],
        [`/${one}/or/${other}`, guarded(demand(one), demand(other))],
        [`/${one}/or/${other}/or/none`, guarded(demand(one), demand(other), {})],
      ]),
    );
    gateway = await protectedGateway(
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
  });

  for (const [one, other] of pairs)
    it(`${one} and ${other}: both, either, or none`, async () => {
      const [a, b] = [kinds[one], kinds[other]];
      const shown = [[], [a?.good], [b?.good], [a?.good, b?.good], [a?.bad, b?.good], [a?.good, b?.bad], [a?.bad, b?.bad]];
      const statuses = (target: string): Promise<readonly number[]> => Promise.all(shown.map((all) => get(gateway.port, target, all)));
      assert.deepEqual(await statuses(`/${one}/and/${other}`), [401, 401, 401, 200, 401, 401, 401]);
      assert.deepEqual(await statuses(`/${one}/or/${other}`), [401, 200, 200, 200, 200, 200, 401]);
      assert.deepEqual(await statuses(`/${one}/or/${other}/or/none`), [200, 200, 200, 200, 200, 200, 200]);
    });
});
