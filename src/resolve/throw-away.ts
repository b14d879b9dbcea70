import { createHash } from "node:crypto";
import { readResources } from "../api/resource.ts";
import type { OpenApiDocument, SecurityScheme } from "../openapi/document.ts";
import { child, type SourceFile } from "../text/node.ts";
import { schemeSecurity } from "./demands.ts";

/** An issuer of this machine's own, and what keys it gives. */
export interface OwnIssuer {
  readonly issuer: string;
  /** Its public keys as JSON (RFC 7517). */
  readonly jwks: string;
  /** The key for a Security, the same each time. */
  keyFor(security: string): string;
}

/** A credential that is good for one Security: what a client shows. */
export type OwnCredential =
  | { readonly kind: "token" }
  | { readonly kind: "user"; readonly user: string; readonly password: string }
  | { readonly kind: "key"; readonly in: string; readonly name: string; readonly key: string };

/** Securities that nobody wrote, for trying a document out. */
export interface ThrowAway {
  readonly resources: readonly SourceFile[];
  /** By the Security's name. */
  readonly credentials: ReadonlyMap<string, OwnCredential>;
}

/** A Security, and what it checks with, for each scheme of the documents that none checks: tokens by the own issuer, keys and passwords by those it gives. */
export function throwAway(documents: readonly OpenApiDocument[], resources: readonly SourceFile[], issuer: OwnIssuer): ThrowAway {
  const known = readResources(resources).value.securities;
  const made = new Map<string, { readonly objects: readonly object[]; readonly credential: OwnCredential }>();
  for (const document of documents) {
    const mapped = child(child(document.root, "x-portico"), "schemes").value;
    for (const scheme of document.schemes.values()) {
      const name = schemeSecurity(mapped, scheme.name);
      const own = known.has(name) ? undefined : securityFor(name, scheme, issuer);
      if (own !== undefined && !made.has(name)) made.set(name, own);
    }
  }
  return {
    resources: [...made.values()].flatMap(({ objects }) => objects.map(asFile)),
    credentials: new Map([...made].map(([name, { credential }]) => [name, credential] as const)),
  };
}

const asFile = (value: object): SourceFile => ({ name: "--dev", text: JSON.stringify(value), document: 0, value });

function securityFor(name: string, { kind, key }: SecurityScheme, { issuer, jwks, keyFor }: OwnIssuer) {
  const security = (spec: object): object => ({ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name }, spec });
  if (kind === "bearer" || kind === "oauth2" || kind === "openIdConnect") {
    const spec = { type: "jwt", jwt: { issuers: [{ issuer, jwks: { inline: jwks } }] } };
    return { objects: [security(spec)], credential: { kind: "token" } as const };
  }
  if (kind === "basic") {
    const password = keyFor(name);
    const htpasswd = `dev:{SHA}${createHash("sha1").update(password).digest("base64")}`;
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: `dev-${name}` }, stringData: { htpasswd } };
    const spec = { type: "basic", basic: { users: { name: secret.metadata.name } } };
    return { objects: [security(spec), secret], credential: { kind: "user", user: "dev", password } as const };
  }
  if (kind !== "apiKey" || key === undefined) return undefined;
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: `dev-${name}` }, stringData: { dev: keyFor(name) } };
  const spec = { type: "apiKey", apiKey: { keys: { name: secret.metadata.name } } };
  return { objects: [security(spec), secret], credential: { kind: "key", ...key, key: keyFor(name) } as const };
}
