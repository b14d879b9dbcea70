import { splitOutsideQuotes } from "../../text/media-type.ts";

/** What a Prefer field asks of a mock. */
export interface Preferences {
  /** The response's status code, as written. */
  readonly code: string | undefined;
  /** The name of one of the document's examples. */
  readonly example: string | undefined;
}

/** Characters of a Prefer field that are read; what comes after is not looked at. */
const maxLength = 4_096;

/**
 * The preferences `code` and `example` of a Prefer field (RFC 7240, section 2): the first of each counts, all others are not looked
 * at. They may be separated by commas or semicolons, and their values may be quoted.
 */
export function readPrefer(prefer: string | undefined): Preferences {
  const found = new Map<string, string>();
  const preferences = splitOutsideQuotes((prefer ?? "").slice(0, maxLength), ",").flatMap((part) => splitOutsideQuotes(part, ";"));
  for (const preference of preferences) {
    const equals = preference.indexOf("=");
    if (equals === -1) continue;
    const name = preference.slice(0, equals).trim().toLowerCase();
    const value = preference.slice(equals + 1).trim();
    if (!found.has(name)) found.set(name, /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value);
  }
  // An empty value is the same as none (RFC 7240, section 2).
  return { code: found.get("code") || undefined, example: found.get("example") || undefined };
}

/** A preference as Preference-Applied names it (RFC 7240, section 3). */
export function showPreference(name: string, value: string): string {
  const plain = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value);
  return `${name}=${plain ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
}
