import { RE2JS } from "re2js";
import { z } from "zod";
import { addressRange } from "./address.ts";
import { fitsClaim } from "./claim-pattern.ts";
import { headerName } from "./header.ts";
import { exactlyOne, under } from "./law.ts";
import { byteCount } from "./quantity.ts";
import { commonStatus } from "./status.ts";

const word = z.string().min(1).max(256);

const pattern = under(z.string().min(1).max(1024), {
  message: "Not a regular expression of RE2's. It has no look-around, no back references, and here no `\\x{...}`.",
  // Envoy matches octets, and knows no characters beyond them.
  holds: (text) => isRe2(text) && !text.includes("\\x{"),
  cel: "'x'.matches(self) in [true, false] && !(self + '').contains('\\\\x{')",
});

const claimPattern = under(pattern, {
  message: "Envoy compiles no expression so large for a claim. Say less of each character, or write fewer of them.",
  holds: fitsClaim,
});

function isRe2(text: string): boolean {
  try {
    return RE2JS.compile(text) instanceof RE2JS;
  } catch {
    return false;
  }
}

const named = (what: string) =>
  z.strictObject({
    name: what === "header" ? headerName.describe("The header's name.") : word.describe(`The ${what}'s name.`),
    value: z.string().max(1024).optional().describe("The value it must have. Default: any."),
    pattern: (what === "claim" ? claimPattern : pattern).optional().describe("A regular expression (RE2) that the whole value must match."),
  });

const condition = exactlyOne(
  z.strictObject({
    header: named("header").optional().describe("A header of the request."),
    query: named("parameter").optional().describe("A query parameter of the request."),
    claim: named("claim").optional().describe("A claim of the token."),
    tier: word.optional().describe("The tier that the entry of the client's key says."),
    addresses: z
      .array(addressRange)
      .min(1)
      .max(256)
      .optional()
      .describe("The client's address is one of these, or in one of these ranges."),
    not: z.boolean().optional().describe("Whether the opposite is meant. Default: false."),
  }),
  "header",
  "query",
  "claim",
  "tier",
  "addresses",
);

const namedKey = under(
  z.strictObject({
    by: z
      .enum(["address", "client", "claim", "header", "none"])
      .describe("What is counted apart: each client address, each client of a credential, each value of a claim or header, or nothing."),
    name: word.optional().describe("The claim's or header's name."),
  }),
  {
    message: "`name` goes with `by: claim` and `by: header`, and with nothing else. Add it there, or take it out.",
    holds: ({ by, name }) => (by === "claim" || by === "header") === (name !== undefined),
    cel: "(self.by in ['claim', 'header']) == has(self.name)",
  },
);

const key = under(namedKey, {
  message: "`name` is not the name of a header. Write letters, digits and hyphens.",
  holds: ({ by, name }) => by !== "header" || name === undefined || headerName.safeParse(name).success,
  cel: "self.by != 'header' || !has(self.name) || self.name.matches('^[!#$%&\\'*+.^_`|~0-9A-Za-z-]+$')",
});

const fields = z.strictObject({
  type: z
    .enum(["api", "operation", "subscription", "application"])
    .describe(
      "What is counted together: requests to the whole API, to each operation, of each application to the API, or of each application.",
    ),
  requests: z.int().min(1).max(4_294_967_295).optional().describe("Requests let through in the time."),
  bandwidth: byteCount.optional().describe("Bytes let through in the time, such as `10Mi`."),
  bandwidthOf: z.enum(["request", "response", "both"]).optional().describe("Whose bytes count. Default: `both`."),
  unit: z.enum(["second", "minute", "hour", "day", "month"]).describe("The unit of time. A month is 30 days."),
  unitCount: z.int().min(1).max(1000).optional().describe("How many units the time is long. Default: 1."),
  burst: z.int().min(1).max(4_294_967_295).optional().describe("Requests that may come at once. Default: as many as `requests`."),
  conditions: z.array(condition).min(1).max(16).optional().describe("Which requests count. Default: all."),
  match: z.enum(["all", "any"]).optional().describe("Whether all conditions must hold, or any of them. Default: `all`."),
  key: key.optional().describe("What is counted apart. Default: `none`; for applications and subscriptions, the client."),
  scope: z
    .enum(["local", "global"])
    .optional()
    .describe(
      "Whether each gateway counts for itself, or all together. Default: `local`; from a day on, and for applications, subscriptions and bytes, `global`.",
    ),
  onExcess: z
    .enum(["refuse", "mark"])
    .optional()
    .describe("What happens to a request over the limit: 429, or let through with a mark. Default: `refuse`."),
  onFailure: z
    .enum(["open", "closed"])
    .optional()
    .describe("What happens when the counter cannot be asked: let through, or refused. Default: `open`."),
  approximate: z.boolean().optional().describe("Whether gateways may count in leased portions: faster, and less exact. Default: false."),
});

const oneMeasure = exactlyOne(fields, "requests", "bandwidth");

const bandwidthOnly = under(oneMeasure, {
  message: "`bandwidthOf` goes with `bandwidth`, and `burst` with `requests`. Take out the one that does not belong here.",
  holds: (spec) =>
    (spec.bandwidth !== undefined || spec.bandwidthOf === undefined) && (spec.requests !== undefined || spec.burst === undefined),
  cel: "(has(self.bandwidth) || !has(self.bandwidthOf)) && (has(self.requests) || !has(self.burst))",
});

const bytesTogether = under(bandwidthOnly, {
  message: "Gateways count bytes together alone. Leave `scope: local` out, or limit `requests`.",
  holds: ({ scope, bandwidth }) => scope !== "local" || bandwidth === undefined,
  cel: "!has(self.bandwidth) || !has(self.scope) || self.scope != 'local'",
});

/** A limit on how much is let through. */
export const rateLimitingSpec = under(bytesTogether, {
  message: "A global limit counts in fixed windows and has no burst. Leave `burst` out, or choose `scope: local`.",
  holds: ({ scope, burst }) => scope !== "global" || burst === undefined,
  cel: "!has(self.burst) || !has(self.scope) || self.scope != 'global'",
});

export const rateLimitingStatus = z.object({
  ...commonStatus,
  users: z.int().min(0).optional().describe("How many APIs use it."),
});

export type RateLimitingSpec = z.infer<typeof rateLimitingSpec>;
