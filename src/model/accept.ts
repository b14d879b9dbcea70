import { exactRegex } from "../text/exact-regex.ts";

/**
 * An RE2 expression for whole values of `Accept` that leave no choice: every type will do, or the given one is among the best
 * (RFC 9110, section 12.5.1: no weight is the weight 1). What it does not match may still accept the type; somebody has to look closer.
 */
export function plainAcceptPattern(mediaType: string | undefined): string {
  const [type = ""] = (mediaType ?? "").split(";");
  const named = exactRegex(type.trim());
  return named === "" ? "(?s:.*)" : String.raw`\*/\*|(?i:(?:.*,)?[ \t]*${named}[ \t]*(?:,.*)?)`;
}
