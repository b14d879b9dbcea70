import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { keySetOfCertificate, readKeySet } from "./key-set.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = rsa.publicKey.export({ format: "jwk" });
const keys = (...list: readonly object[]): string => JSON.stringify({ keys: list });
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

  it("with a private or shared key is none at all", () => {
    assert.equal(read(keys(jwk, { kty: "oct", k: "AAAA" })), "secretKey");
    assert.equal(read(keys(rsa.privateKey.export({ format: "jwk" }))), "secretKey");
  });

  it("must be JSON", () => {
    for (const text of ["", "-----BEGIN PUBLIC KEY-----", "[]", "7"]) assert.equal(read(text), "notJson", text);
  });

  it("is made from a certificate, and from nothing else", () => {
    assert.deepEqual(keySetOfCertificate("no certificate"), { kind: "wrong", why: "notCertificate" });
  });
});
