import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../apply/envoy/binary-cache.ts";
import type { OwnIssuer } from "../resolve/throw-away.ts";

/** An issuer whose tokens `portico run --dev` believes, on this machine alone. */
export interface DevIssuer extends OwnIssuer {
  /** A token (RFC 7519) that is good for so many seconds. */
  token(claims: Readonly<Record<string, unknown>>, seconds: number): string;
}

const issuer = "urn:portico:dev";
const kid = "dev";

/** The issuer of whoever runs this: its key is made once, for their eyes alone. */
export function devIssuer(env: NodeJS.ProcessEnv): DevIssuer {
  const key = ownKey(join(cacheFolder(env), "dev-issuer.pem"));
  const secret = key.export({ format: "der", type: "pkcs8" });
  return {
    issuer,
    jwks: JSON.stringify({ keys: [{ ...createPublicKey(key).export({ format: "jwk" }), kid, use: "sig" }] }),
    keyFor: (security) => `dev-${createHmac("sha256", secret).update(security).digest("hex").slice(0, 24)}`,
    token: (claims, seconds) => {
      const now = Math.floor(Date.now() / 1000);
      const signed = `${part({ alg: "EdDSA", typ: "JWT", kid })}.${part({ iss: issuer, sub: "dev", iat: now, exp: now + seconds, ...claims })}`;
      return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
    },
  };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function ownKey(path: string): KeyObject {
  if (existsSync(path)) return createPrivateKey(readFileSync(path));
  const { privateKey } = generateKeyPairSync("ed25519");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx" });
  return privateKey;
}
