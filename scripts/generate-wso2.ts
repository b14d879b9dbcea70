import { table } from "../src/openapi/wso2/table.ts";
import { cell } from "./generate-fields.ts";

const tick = (text: string): string => `\`${text}\``;

const levelWords = { document: "document", path: "path", operation: "operation" } as const;

/** The page that shows what becomes of each key of WSO2's. */
export function wso2Page(): string {
  const rows = table.map(({ key, older, levels, takes, becomes, note }) =>
    [
      [key, ...older].map(tick).join(", "),
      levels.map((level) => levelWords[level]).join(", "),
      cell(takes),
      becomes.startsWith("a ") || becomes.startsWith("nothing") ? becomes : tick(becomes),
      cell(note),
    ].join(" | "),
  );
  return `${[
    "# Documents written for WSO2 API Microgateway",
    "<!-- Generated from src/openapi/wso2 by scripts/generate.ts. -->",
    "A document for WSO2 API Microgateway 3.x is read as it is: its keys count as fields of [`x-portico`](kinds/x-portico.md). Where a level says the same thing by both, `x-portico` counts. What a field does, and whether this version does it yet, is said there.",
    ["| Key | Where | Takes | Field of `x-portico` | Note |", "|---|---|---|---|---|", ...rows.map((row) => `| ${row} |`)].join("\n"),
    "An endpoint is `{urls: [...], type: http | load_balance | failover, advanceEndpointConfig: {...}}`. `advanceEndpointConfig` becomes the backend's `timeout`, `retry`, `circuitBreaker` and `connectionPool`. A password in `securityConfig` is a Problem (`InlinePassword`) that names the Secret it belongs into.",
    "A scheme in the document's `security` is the Security of the same name. A document that names no scheme at all takes tokens, as it did there: the Security of each kind in `x-wso2-application-security`, by default `jwt` and `oauth2`, checks them, unless the API says another `security`; where there are several of a kind it is a Problem, until somebody says which, and one that is wrong counts among them. In a cluster a Security of another namespace is none of them, and what serves is never handed to another Security for its kind alone: [protecting operations](security.md) says more. `x-wso2-disable-security: true` says that everybody may call. Whatever else begins with `x-wso2-` or `x-mgw-` is a Problem with the key that was probably meant.",
    "What cannot be carried over is a Problem: interceptors in Ballerina or Java (`InterceptorNotCarried`), and the mode `Serverless`; a `failover` whose urls differ in path or scheme, or are names, which need TargetEndpoints with `targets` and groups; `circuitBreaker` and `poolConfig` beside the name of a TargetEndpoint, which says them itself; and sandbox endpoints alone, or beside several names. Retries repeat safe methods alone, as everywhere here: `x-portico: {retry: {methods: [POST]}}` says more. Error answers have the form of RFC 9457 unless `errors: wso2` is said.",
    'With it the body is `{"fault": {"code", "message", "description"}}`, and the codes are those of its gateway:',
    [
      "| code | when |",
      "| --- | --- |",
      "| 900800, 900802, 900803, 900804 | over a limit of the API, the operation, the application, the subscription |",
      "| 900805 | the client or its address is blocked |",
      "| 900900 | who knows whether the credential is good does not answer, or nothing checks it |",
      "| 900901, 900902, 900905 | the credential is no good, is missing, is a token whose time is over |",
      "| 900910 | a scope or a claim is missing |",
      "| 101503, 101504 | the backend cannot be reached, or is too slow |",
    ].join("\n"),
    "Where it had no code the status stands there. Its other codes between 900900 and 900911 are of subscriptions and of an API's life in API Manager, whose database a gateway made from a document does not ask.",
    "Of the claims that API Manager writes into tokens `keytype` tells the sandbox's from the others. `subscribedAPIs`, a list of what an application may call with a `subscriptionTier` for each, is not read, and neither counts requests nor refuses them: no condition looks into the objects of a list. To the same end let who makes the tokens write the tier into a claim of its own, and name it in a RateLimiting for each tier: `type: subscription`, `conditions: [{ claim: { name: plan, value: gold } }]`. Which tokens are for the API is said by the Security's `audiences` or `claims`. Or clients have [keys with tiers](limits.md#tiers). The tier of an application is a text, and has a condition as it stands: `{ claim: { name: application.tier, value: 10PerMin } }`.",
  ].join("\n\n")}\n`;
}
