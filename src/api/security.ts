import { z } from "zod";
import { duration } from "./duration.ts";
import { headerName } from "./header.ts";
import { under } from "./law.ts";
import { keyReference, objectReference } from "./name.ts";
import { commonStatus } from "./status.ts";
import { credentialLocation, jwt, oauth2 } from "./token.ts";
import { httpUrl } from "./url.ts";

const basic = z.strictObject({
  users: keyReference.describe(
    "The Secret's entry that holds the users, as htpasswd writes them (bcrypt or {SHA}). Default key: `htpasswd`.",
  ),
  realm: z.string().max(256).optional().describe("The realm that a 401 names. Default: the Security's name."),
  forward: z.boolean().optional().describe("Whether the backend sees the password. Default: false."),
  userHeader: headerName.optional().describe("The header in which the backend sees the user's name."),
});

const apiKey = z.strictObject({
  keys: objectReference.optional().describe("The Secret that holds the keys: each entry's name is a client's, its value the client's key."),
  locations: z
    .array(credentialLocation)
    .min(1)
    .max(8)
    .optional()
    .describe("Where the key is looked for. Default: as the document's scheme says."),
  // Where keys stand and who sees them is said once, for signed and opaque ones.
  signed: jwt
    .omit({ locations: true, forward: true })
    .optional()
    .describe("Keys that are signed tokens in themselves, and how they are checked."),
  forward: z.boolean().optional().describe("Whether the backend sees the key. Default: false."),
  clientHeader: headerName.optional().describe("The header in which the backend sees the client's name."),
});

const mtls = z.strictObject({
  trust: keyReference.describe("The Secret's entry that holds the clients' CA certificates in PEM. Default key: `ca.crt`."),
  mode: z.enum(["mandatory", "optional"]).optional().describe("Whether clients must, or may, show a certificate. Default: `mandatory`."),
  subjects: z
    .array(
      z.strictObject({
        type: z.enum(["dns", "uri", "email", "address"]).describe("The kind of subject alternative name."),
        value: z.string().min(1).max(1024).describe("The name, or for `prefix` its beginning."),
        prefix: z.boolean().optional().describe("Whether the name only begins so. Default: false."),
      }),
    )
    .min(1)
    .max(256)
    .optional()
    .describe("The subject alternative names of which a certificate has one. Default: any."),
  identityHeader: headerName.optional().describe("The header in which the backend sees who the client is."),
});

const authorizer = z.strictObject({
  url: httpUrl.describe("The authoriser that is asked about each request (Envoy: ext_authz)."),
  protocol: z.enum(["http", "grpc"]).optional().describe("How it is asked. Default: `http`."),
  timeout: duration.optional().describe("How long its answer may take. Default: `200ms`."),
  sendHeaders: z.array(headerName).max(64).optional().describe("The request's headers that it sees. Default: `Authorization`."),
});

/** A client as a Security blocks it. */
export const blockedClient = z.string().min(1).max(1024);

/** So many clients a Security blocks. */
export const mostBlocked = 1024;

const fields = z.strictObject({
  type: z
    .enum(["jwt", "oauth2", "basic", "apiKey", "mtls", "authorizer"])
    .describe("The kind of credential. The field of the same name says the rest."),
  jwt: jwt.optional().describe("Signed tokens, which the gateway checks itself."),
  oauth2: oauth2.optional().describe("Opaque tokens, which their issuer is asked about."),
  basic: basic.optional().describe("Names and passwords (RFC 7617)."),
  apiKey: apiKey.optional().describe("Keys, each of one client."),
  mtls: mtls.optional().describe("Certificates that clients show."),
  authorizer: authorizer.optional().describe("Somebody's own authoriser, which decides."),
  scopes: z.array(z.string().min(1).max(256)).max(256).optional().describe("Scopes that every operation needs which this protects."),
  blockedClients: z.array(blockedClient).max(mostBlocked).optional().describe("Clients that are refused though their credential is good."),
});

/** What a Security may be. */
export const securityTypes = ["jwt", "oauth2", "basic", "apiKey", "mtls", "authorizer"] as const;

const matching = under(fields, {
  message: "`type` and the field that says the rest are of different kinds. Keep the one field that has the type's name.",
  holds: (spec) => securityTypes.every((type) => (spec[type] !== undefined) === (type === spec.type)),
  cel: securityTypes.map((type) => `has(self.${type}) == (self.type == '${type}')`).join(" && "),
});

/** How a credential is checked. */
export const securitySpec = under(matching, {
  message: "`apiKey` says neither `keys` nor `signed`. Say which keys are good.",
  holds: ({ apiKey: keys }) => keys === undefined || keys.keys !== undefined || keys.signed !== undefined,
  cel: "!has(self.apiKey) || has(self.apiKey.keys) || has(self.apiKey.signed)",
});

export const securityStatus = z.object({
  ...commonStatus,
  users: z.int().min(0).optional().describe("How many APIs use it."),
});

export type SecuritySpec = z.infer<typeof securitySpec>;
