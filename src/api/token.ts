import { z } from "zod";
import { duration } from "./duration.ts";
import { headerName } from "./header.ts";
import { atMostOne, exactlyOne, under } from "./law.ts";
import { keyReference, objectReference } from "./name.ts";
import { httpUrl } from "./url.ts";

const word = z.string().min(1).max(1024);

/** Where in a request a credential stands. */
export const credentialLocation = under(
  exactlyOne(
    z.strictObject({
      header: headerName.optional().describe("A header."),
      query: z.string().min(1).max(256).optional().describe("A query parameter."),
      cookie: z.string().min(1).max(256).optional().describe("A cookie."),
      prefix: z.string().max(64).optional().describe("What stands before the credential in the header, such as `Bearer `."),
    }),
    "header",
    "query",
    "cookie",
  ),
  {
    message: "`prefix` stands before a credential in a header. Leave it out here.",
    holds: ({ header, prefix }) => header !== undefined || prefix === undefined,
    cel: "has(self.header) || !has(self.prefix)",
  },
);

/** What must hold of a claim. */
const claimRule = exactlyOne(
  z.strictObject({
    claim: word.describe("The claim's name; a dot leads into an object."),
    equals: word.optional().describe("The value that it has."),
    oneOf: z.array(word).min(1).max(256).optional().describe("The values of which it has one."),
    contains: word.optional().describe("The value that is in its list."),
  }),
  "equals",
  "oneOf",
  "contains",
);

/** The public keys of an issuer. */
const jwks = exactlyOne(
  z.strictObject({
    url: httpUrl.optional().describe("Where the keys are fetched."),
    inline: z.string().max(262_144).optional().describe("The keys, as JSON (RFC 7517)."),
    secret: keyReference.optional().describe("The Secret's entry that holds the keys."),
    configMap: keyReference.optional().describe("The ConfigMap's entry that holds the keys."),
    certificate: keyReference.optional().describe("The Secret's entry that holds the issuer's certificate in PEM, whose key is taken."),
    file: z.string().min(1).max(4096).optional().describe("The file that holds the keys, where Portico runs without a cluster."),
  }),
  "url",
  "inline",
  "secret",
  "configMap",
  "certificate",
  "file",
);

const issuer = z.strictObject({
  issuer: word.describe("The token's `iss`."),
  audiences: z
    .array(word)
    .min(1)
    .max(64)
    .optional()
    .describe("The token's `aud` is, or has, one of these. Default: those of the Security."),
  jwks: jwks.optional().describe("The issuer's keys. Default: those that its discovery document leads to (OpenID Connect Discovery)."),
});

/** Tokens that the gateway checks itself: JSON Web Tokens (RFC 7519, RFC 8725). */
export const jwt = z.strictObject({
  issuers: z.array(issuer).min(1).max(1024).describe("Whose tokens are believed."),
  audiences: z.array(word).min(1).max(64).optional().describe("The token's `aud` is, or has, one of these."),
  algorithms: z
    .array(z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]))
    .min(1)
    .max(16)
    .optional()
    .describe("The algorithms that a token may be signed with. Default: RS256, PS256, ES256, EdDSA."),
  claims: z.array(claimRule).max(64).optional().describe("What must hold of the token's claims: all of it."),
  scopeClaim: word.optional().describe("The claim that holds the scopes. Default: `scope`, then `scp`."),
  clockSkew: duration.optional().describe("How far clocks may differ. Default: `60s`."),
  maxLifetime: duration.optional().describe("How far away a token's end (`exp`) may be: one that ends later is refused until then."),
  locations: z
    .array(credentialLocation)
    .min(1)
    .max(8)
    .optional()
    .describe("Where the token is looked for. Default: `Authorization: Bearer`."),
  forward: z.boolean().optional().describe("Whether the backend sees the token. Default: false."),
  claimsToHeaders: z
    .array(z.strictObject({ claim: word.describe("The claim."), header: headerName.describe("The header that the backend sees it in.") }))
    .max(64)
    .optional()
    .describe("Claims that the backend sees in headers."),
  cache: z.boolean().optional().describe("Whether a token that was checked is remembered until it ends. Default: true."),
});

/** Opaque tokens, which their issuer is asked about (RFC 7662). */
export const oauth2 = atMostOne(
  z.strictObject({
    introspectionUrl: httpUrl.describe("Where tokens are asked about."),
    client: objectReference.describe(
      "The Secret (kubernetes.io/basic-auth) with the client's id as `username` and its secret as `password`.",
    ),
    audiences: z.array(word).min(1).max(64).optional().describe("The answer's `aud` is, or has, one of these."),
    claims: z.array(claimRule).max(64).optional().describe("What must hold of the answer's members: all of it."),
    locations: z
      .array(credentialLocation)
      .min(1)
      .max(8)
      .optional()
      .describe("Where the token is looked for. Default: `Authorization: Bearer`."),
    timeout: duration.optional().describe("How long the answer may take. Default: `2s`."),
    cacheFor: duration.optional().describe("How long an answer is remembered at most, never past the token's end. Default: `60s`."),
    forward: z.boolean().optional().describe("Whether the backend sees the token. Default: false."),
    trust: keyReference
      .optional()
      .describe("The Secret's entry with the CA certificates of the address that is asked. Default: those of the system."),
    insecureSkipVerify: z.boolean().optional().describe("Whether any certificate is believed. Never where it matters. Default: false."),
  }),
  "trust",
  "insecureSkipVerify",
);
