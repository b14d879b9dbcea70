import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { type TokenIssuer, tokenIssuer } from "../../testing/token-issuer.ts";
import { until } from "../../testing/until.ts";
import { bearer, guarded, protectedGateway, secret, tokenSecurity } from "./protected-gateway.ts";

const pem = (name: string): string => readFileSync(new URL(`../fixtures/certificates/${name}`, import.meta.url), "utf8");

const listed = tokenIssuer("https://listed.test");
/** Their keys are those of certificates, and their tokens name a thumbprint, as WSO2's do, which no certificate says. */
const certified = tokenIssuer("https://certified.test", "RS256", "MzJhNDk5", createPrivateKey(pem("issuer.key")));
const elliptic = tokenIssuer("https://elliptic.test", "ES256", "ZmFhODYz", createPrivateKey(pem("alice.key")));
const twisted = tokenIssuer("https://twisted.test", "EdDSA", "N2Y4ZjEx", createPrivateKey(pem("ed25519.key")));

/** Another key under the same name. */
const impostor = ({ issuer }: TokenIssuer, algorithm?: "ES256" | "EdDSA"): TokenIssuer => tokenIssuer(issuer, algorithm);

describe("an issuer's keys in a Secret", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  const from = ({ issuer }: TokenIssuer, jwks: object): object => ({ issuer, jwks });
  before(async () => {
    const names = ["set", "only", "certificate", "alone", "both"];
    gateway = await protectedGateway(scope, { paths: Object.fromEntries(names.map((name) => [`/${name}`, guarded({ [name]: [] })])) }, [
      tokenSecurity("set", { issuers: [from(listed, { secret: { name: "sets", key: "listed.json" } })] }),
      tokenSecurity("only", { issuers: [from(listed, { secret: { name: "one-set" } })] }),
      tokenSecurity("certificate", {
        issuers: [
          from(certified, { certificate: { name: "certificates", key: "rsa.crt" } }),
          from(elliptic, { certificate: { name: "certificates", key: "ec.crt" } }),
          from(twisted, { certificate: { name: "certificates", key: "ed25519.crt" } }),
        ],
      }),
      tokenSecurity("alone", { issuers: [from(certified, { certificate: { name: "one-certificate" } })] }),
      tokenSecurity("both", {
        issuers: [
          from(listed, { secret: { name: "sets", key: "listed.json" } }),
          from(certified, { certificate: { name: "certificates", key: "rsa.crt" } }),
        ],
      }),
      secret("sets", { "listed.json": listed.jwks, "other.json": tokenIssuer().jwks }),
      secret("one-set", { jwks: listed.jwks }),
      secret("certificates", { "rsa.crt": pem("issuer.pem"), "ec.crt": pem("alice.pem"), "ed25519.crt": pem("ed25519.pem") }),
      secret("one-certificate", { certificate: pem("issuer.pem") }),
    ]);
  });
  const status = async (path: string, token: string): Promise<number> => (await gateway.get(path, bearer(token))).status;

  for (const path of ["/set", "/only"])
    it(`a token by a key of its set is let in, one by another key is not: ${path}`, async () => {
      assert.deepEqual([await status(path, listed.token()), await status(path, impostor(listed).token())], [200, 401]);
    });

  it("a token by the key of its certificate is let in, whatever it calls that, one by another key is not: RSA, P-256 and Ed25519", async () => {
    for (const [issuer, algorithm] of [[certified], [elliptic, "ES256"], [twisted, "EdDSA"]] as const) {
      const tokens = [issuer.token(), issuer.token({ header: { kid: undefined } }), impostor(issuer, algorithm).token()];
      const statuses = await Promise.all(tokens.map((token) => status("/certificate", token)));
      assert.deepEqual(statuses, [200, 200, 401], issuer.issuer);
    }
  });

  it("a certificate that is its Secret's only entry needs no name", async () => {
    assert.deepEqual([await status("/alone", certified.token()), await status("/alone", impostor(certified).token())], [200, 401]);
  });

  it("beside one another, each key is good for its own issuer alone", async () => {
    const own = [listed.token(), certified.token()];
    const crossed = [listed.token({ claims: { iss: certified.issuer } }), certified.token({ claims: { iss: listed.issuer } })];
    const statuses = await Promise.all([...own, ...crossed].map((token) => status("/both", token)));
    assert.deepEqual(statuses, [200, 200, 401, 401]);
  });
});

describe("an issuer's keys in a Secret that is changed while it serves", { timeout: 120_000 }, () => {
  const yaml = (...objects: readonly object[]): string => objects.map((one) => JSON.stringify(one)).join("\n---\n");
  const document = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    paths: { "/set": guarded({ set: [] }), "/certificate": guarded({ certificate: [] }) },
  });
  const securities = yaml(
    tokenSecurity("set", { issuers: [{ issuer: listed.issuer, jwks: { secret: { name: "set", key: "jwks" } } }] }),
    tokenSecurity("certificate", {
      issuers: [{ issuer: certified.issuer, jwks: { certificate: { name: "certificate", key: "tls.crt" } } }],
    }),
  );
  const set = (...sets: readonly string[]): string =>
    yaml(secret("set", { jwks: JSON.stringify({ keys: sets.flatMap((one) => JSON.parse(one).keys) }) }));
  const certificate = (name: string): string => yaml(secret("certificate", { "tls.crt": pem(name) }));
  const renewed = tokenIssuer(certified.issuer, "ES256", "one", createPrivateKey(pem("bob.key")));

  it("follows it: a key that comes is good beside the old one, and what goes is no good, also of a certificate", async (t) => {
    const next = tokenIssuer(listed.issuer, "ES256", "two");
    const files = {
      "pets.json": document,
      "user.yaml": securities,
      "set.yaml": set(listed.jwks),
      "certificate.yaml": certificate("issuer.pem"),
    };
    const resources = ["user.yaml", "set.yaml", "certificate.yaml"].flatMap((name) => ["--resources", name]);
    const gateway = await servePortico(t, files, "--mock", "--watch", ...resources);
    const status = async (path: string, issuer: TokenIssuer): Promise<number> =>
      (await send(gateway.port, { send: `GET ${path}`, headers: bearer(issuer.token()) })).status;
    assert.deepEqual([await status("/set", listed), await status("/set", next)], [200, 401]);
    await gateway.write("set.yaml", set(listed.jwks, next.jwks));
    await until("the next key is good", async () => (await status("/set", next)) === 200);
    assert.equal(await status("/set", listed), 200);
    await gateway.write("set.yaml", set(next.jwks));
    await until("the first key is gone", async () => (await status("/set", listed)) === 401);
    assert.equal(await status("/set", next), 200);

    assert.deepEqual([await status("/certificate", certified), await status("/certificate", renewed)], [200, 401]);
    await gateway.write("certificate.yaml", certificate("bob.pem"));
    await until("the renewed certificate's key is good", async () => (await status("/certificate", renewed)) === 200);
    assert.equal(await status("/certificate", certified), 401);

    await gateway.write("certificate.yaml", yaml(secret("certificate", { "tls.crt": "no PEM" })));
    assert.match(await gateway.says(/holds no certificate in PEM/), /Until then what it held before counts/);
    assert.equal(await status("/certificate", renewed), 200);
    await gateway.write("certificate.yaml", certificate("issuer.pem"));
    await until("the first certificate's key is good again", async () => (await status("/certificate", certified)) === 200);

    await gateway.write("certificate.yaml", certificate("secp256k1.pem"));
    await gateway.says(/holds a certificate by whose key no token can be verified: .* Tokens of `https:\/\/certified.test` are refused/);
    await until("the certificate is gone", async () => (await status("/certificate", certified)) === 401);
    await gateway.write("set.yaml", set(listed.jwks));
    await until("what changes beside it takes effect", async () => (await status("/set", next)) === 401);
    assert.equal(await status("/set", listed), 200);
  });
});
