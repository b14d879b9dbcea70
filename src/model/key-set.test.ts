import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { keySetOfCertificate, readKeySet } from "./key-set.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = rsa.publicKey.export({ format: "jwk" });
const keys = (...list: readonly object[]): string => JSON.stringify({ keys: list });
const certificate = (name: string): string =>
  readFileSync(new URL(`../../tests/fixtures/certificates/${name}.pem`, import.meta.url), "utf8");
const read = (json: string): unknown => {
  const found = readKeySet(json);
  return found.kind === "keys" ? found.keys.length : found.why;
};

describe("a key set", () => {
  it("is a list of public keys, or one alone", () => {
    assert.deepEqual([read(keys(jwk, { ...jwk, kid: "two" })), read(JSON.stringify(jwk))], [2, 1]);
  });

  it("has keys that are not for signatures, or of kinds that nobody here knows, passed over", () => {
    const others = [
      { ...jwk, use: "enc" },
      { ...jwk, alg: "ES256" },
      { kty: "EC", crv: "secp256k1", x: "a", y: "b" },
      { kty: "OKP", crv: "X25519", x: "a" },
      { kty: "XYZ" },
    ];
    assert.equal(read(keys(jwk, ...others)), 1);
    assert.equal(read(keys(...others)), "noKeys");
  });

  it("has keys whose numbers are none passed over", () => {
    for (const broken of [
      { kty: "RSA" },
      { ...jwk, n: "" },
      { kty: "OKP", crv: "Ed25519", x: "a" },
      { kty: "EC", crv: "P-256", x: "AAAA", y: "AAAA" },
      7,
      null,
    ])
      assert.equal(read(JSON.stringify({ keys: [broken] })), "noKeys", JSON.stringify(broken));
  });

  it("has keys in one form alone, and passes over those that Envoy would refuse", () => {
    const standard = { kty: "RSA", n: `${Buffer.from(String(jwk.n), "base64url").toString("base64")}`, e: "AQAB=" };
    const found = readKeySet(keys({ ...standard, kid: "\ud800", x5c: ["?"], use: "sig", alg: "RS256" }));
    assert.deepEqual(found, { kind: "keys", keys: [{ kty: "RSA", n: jwk.n, e: "AQAB", kid: "\ufffd", alg: "RS256", use: "sig" }] });
    const bytes = Buffer.from(String(jwk.n), "base64url");
    const even = Buffer.concat([bytes.subarray(0, -1), Buffer.from([0])]).toString("base64url");
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
    const refused = [
      { ...jwk, n: even },
      ...["AQ", "Ag", "AQAAAAAB"].map((e) => ({ ...jwk, e })),
      { ...jwk, n: Buffer.alloc(2200, 0xff).toString("base64url") },
      { ...ec, alg: "ES384" },
    ];
    for (const one of refused) assert.equal(read(keys(one)), "noKeys", JSON.stringify(one).slice(0, 80));
    assert.equal(read(keys({ ...ec, alg: "ES256" })), 1);
  });

  it("with a private or shared key is none at all", () => {
    assert.equal(read(keys(jwk, { kty: "oct", k: "AAAA" })), "secretKey");
    assert.equal(read(keys(rsa.privateKey.export({ format: "jwk" }))), "secretKey");
  });

  it("must be JSON", () => {
    for (const text of ["", "-----BEGIN PUBLIC KEY-----", "[]", "7"]) assert.equal(read(text), "notJson", text);
  });

  it("is made from a certificate, and from nothing else", () => {
    for (const [name, kty] of [
      ["issuer", "RSA"],
      ["alice", "EC"],
      ["ed25519", "OKP"],
    ] as const) {
      const found = keySetOfCertificate(certificate(name));
      assert.deepEqual(found.kind === "keys" ? found.keys.map((key) => key.kty) : found, [kty], name);
    }
    assert.deepEqual(keySetOfCertificate("no certificate"), { kind: "wrong", why: "notCertificate" });
  });

  it("is made from no certificate whose key would be passed over in a set", () => {
    for (const name of ["rsa-1024", "secp256k1", "dsa"])
      assert.deepEqual(keySetOfCertificate(certificate(name)), { kind: "wrong", why: "unfitKey" }, name);
  });
});
