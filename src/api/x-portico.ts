import { z } from "zod";
import { addressLists } from "./address.ts";
import { backendOrName, mirror } from "./backend.ts";
import { cache, documentInterceptors, interceptors, maintenance, publish, validation } from "./contract.ts";
import { cors } from "./cors.ts";
import { duration } from "./duration.ts";
import { envoyPatches, patchesAre } from "./envoy-patch.ts";
import { headerChanges, headerName } from "./header.ts";
import { exactlyOne } from "./law.ts";
import { dnsLabel, hostName } from "./name.ts";
import { bodySize } from "./quantity.ts";
import { retry } from "./resilience.ts";

const limitName = z.string().min(1).max(253);
const scope = z.string().regex(/^[!#-[\]-~]+$/, "Not a scope. Write one word (RFC 6749, section 3.3).");
const securityName = z.string().min(1).max(253);

/** What every level may say. The inner level wins key by key: operation over path over document. */
const everywhere = {
  backend: backendOrName.optional().describe("Where requests go. Default: the document's servers."),
  timeout: duration.optional().describe("How long an answer of the backend may take; `0s` is for ever. Default: `15s`."),
  cors: z
    .union([z.literal(false), cors])
    .optional()
    .describe("Which other origins a browser lets call; `false` is none."),
  requestHeaders: headerChanges.optional().describe("Changes to the headers that the backend sees."),
  responseHeaders: headerChanges.optional().describe("Changes to the headers that the client sees."),
  disabled: z.boolean().optional().describe("Whether the operation is left out of what is served."),
  mock: z.boolean().optional().describe("Whether answers are made from the document's examples and schemas, without a backend."),
  webSocket: z
    .boolean()
    .optional()
    .describe("Whether a request may become a WebSocket (RFC 6455). One that is silent both ways for five minutes is closed."),

  security: z
    .union([z.boolean(), z.array(z.record(securityName, z.array(scope)))])
    .optional()
    .describe("Who may call, in place of the document's `security` and in its form; `false` is everybody, `true` what the document says."),
  scopes: z.array(scope).optional().describe("Scopes that are needed beyond those that `security` names."),
  rateLimit: z
    .union([z.literal(false), limitName, z.array(limitName)])
    .optional()
    .describe("The name of a RateLimiting or built-in tier, or several that all count; `false` is no limit."),
  addresses: addressLists.optional().describe("Client addresses that are let in or kept out."),
  sandbox: backendOrName.optional().describe("Where requests go whose credential is for the sandbox."),
  sandboxWhen: exactlyOne(
    z.strictObject({
      claim: z.string().min(1).optional().describe("The token's claim that tells the sandbox."),
      header: headerName.optional().describe("The header that tells the sandbox."),
      value: z.string().describe("The claim's or header's value for the sandbox."),
    }),
    "claim",
    "header",
  )
    .optional()
    .describe("What tells that a request is for the sandbox. Default: the claim `keytype` with the value `SANDBOX`."),
  mirror: mirror.optional().describe("A second place that gets a copy of some requests."),
  retry: retry.optional().describe("When a request is sent to its backend once more."),
  rewrite: z
    .strictObject({
      path: z
        .string()
        .regex(/^\//, "Not a path. Let it start with a slash.")
        .optional()
        .describe("The path that the backend sees; `{name}` is a parameter's value."),
      query: z
        .strictObject({
          remove: z.array(z.string()).optional().describe("Parameters that are taken out."),
          set: z.record(z.string(), z.string()).optional().describe("Parameters that get this value."),
        })
        .optional()
        .describe("Changes to the query that the backend sees."),
    })
    .optional()
    .describe("What the backend sees in place of the path and query that came."),
  interceptors: interceptors.optional().describe("Functions of one's own that see requests and responses."),
  validation: validation.optional().describe("How far requests and responses are held against the document."),
  cache: z
    .union([z.literal(false), cache])
    .optional()
    .describe("How answers to GET are kept; `false` is not at all."),
  maxBody: bodySize.optional().describe("The largest request body; a larger one is refused with 413."),
  compression: z.boolean().optional().describe("Whether answers are compressed for clients that take it."),
  streaming: z.boolean().optional().describe("Whether messages are streams, which no time limit and no look at the body may break."),
  maintenance: z
    .union([z.boolean(), maintenance])
    .optional()
    .describe("Whether, and how, requests are answered with 503 while the operation is being worked on."),
  fault: z
    .strictObject({
      delay: duration.optional().describe("How long a request is held."),
      status: z.int().min(400).max(599).optional().describe("The status that is answered in place of the backend's: 400 or above."),
      percent: z.int().min(0).max(100).optional().describe("The share of requests that meet the fault. Default: 100."),
    })
    .optional()
    .describe("A fault made on purpose, for tests of clients."),
  deprecation: z.iso
    .date("Not a date. Write it such as `2027-01-31`.")
    .optional()
    .describe("The day since when the operation is deprecated, or from when it will be (RFC 9745)."),
  sunset: z.iso
    .date("Not a date. Write it such as `2027-01-31`.")
    .optional()
    .describe("The day after which the operation may be gone (RFC 8594)."),
};

/** What only the document as a whole may say. */
const documentOnly = {
  name: dnsLabel
    .optional()
    .describe(
      "The API's name. Default: made from the document's title, and where documents of one gateway share that, from their versions too.",
    ),
  basePath: z
    .string()
    .regex(
      /^(?!.*\/\.\.?(\/|$))(\/[^\s?#{}%\\]*)?$/,
      "Not a base path. Write nothing, or a path that starts with a slash, without parameters, query, fragment or dot segments.",
    )
    .optional()
    .describe("What stands before every path. Default: the path of the document's first server."),
  hosts: z.array(hostName).optional().describe("The host names that the API answers under. Default: every one."),
  owner: z.string().max(1024).optional().describe("Who answers for the API: a note for people."),
  foreignInterceptors: z
    .enum(["refuse", "ignore"])
    .optional()
    .describe(
      "What becomes of another product's interceptor keys. `refuse`, the default, makes them Problems; `ignore` leaves them out with a warning.",
    ),

  interceptors: documentInterceptors.optional().describe("Functions of one's own that see requests and responses."),
  schemes: z
    .record(z.string(), securityName)
    .optional()
    .describe("The Security that checks a security scheme. Default: the one of the same name."),
  credentialTypes: z
    .array(z.enum(["jwt", "oauth2", "basic", "apiKey", "mtls"]))
    .min(1)
    .optional()
    .describe("The kinds of credential that are taken where the document names none."),
  credentialOptional: z.boolean().optional().describe("Whether requests without any credential are let in."),
  credentialHeader: headerName.optional().describe("The header that carries the credential in place of `Authorization`."),
  clientCertificate: z.enum(["mandatory", "optional"]).optional().describe("Whether clients must, or may, show a certificate."),
  transports: z
    .array(z.enum(["http", "https"]))
    .min(1)
    .optional()
    .describe("How the API may be called. Default: as the gateway listens."),
  mode: z.enum(["shared", "privateJet", "sidecar"]).optional().describe("Where a deployed TargetEndpoint runs, as API's `mode`."),
  errors: z.enum(["problem", "wso2"]).optional().describe("The form of error answers: RFC 9457, or WSO2's."),
  envoyPatches: envoyPatches.optional().describe(patchesAre),
  publish: publish.optional().describe("What of the document the gateway shows to the world."),
};

/** `x-portico` beside `openapi` and `info`. */
export const documentExtension = z.strictObject({ ...everywhere, ...documentOnly });
/** `x-portico` in a path: for all its operations. */
export const pathExtension = z.strictObject(everywhere);
/** `x-portico` in an operation. */
export const operationExtension = z.strictObject(everywhere);
