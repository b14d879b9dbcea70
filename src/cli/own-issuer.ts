import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../apply/envoy/binary-cache.ts";
import { errorCode } from "../error-code.ts";
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

/** The key in a file; where there is none, or none that can be read, a new one. Of two who make one at once, both have the first's. */
function ownKey(path: string): KeyObject {
  const there = existsSync(path);
  const known = there ? keyIn(path) : undefined;
  if (known !== undefined) return known;
  const { privateKey } = generateKeyPairSync("ed25519");
  const draft = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  if (there) renameSync(draft, path);
  else place(draft, path);
  return keyIn(path) ?? privateKey;
}

/** Gives a file its name, unless that is taken. */
function place(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (thrown) {
    if (errorCode(thrown) !== "EEXIST") throw thrown;
  } finally {
    unlinkSync(draft);
  }
}

function keyIn(path: string): KeyObject | undefined {
  try {
    return createPrivateKey(readFileSync(path));
  } catch {
    return undefined;
  }
}
