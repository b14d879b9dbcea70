import { RE2JS } from "re2js";

/** What tells whether a pattern is somewhere in a text, in a time that grows with the text alone. */
export interface LinearPattern {
  test(text: string): boolean;
}

/**
 * A regular expression of JSON Schema (ECMA-262) as one of RE2's. Undefined for one that RE2 has not: those that look around or back take a time that nobody can
 * bound.
 */
export function linearPattern(pattern: string): LinearPattern | undefined {
  try {
    const compiled = RE2JS.compile(inRe2(pattern));
    return { test: (text) => compiled.matcher(text).find() };
  } catch {
    return undefined;
  }
}

/** What ECMA-262 counts as white space and ends of lines (section 22.2.2.9), for the inside of a set. */
const space = "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";

/** A part of an expression: an escape, a set of everything or nothing, or any character. */
const part = /\\u\{[0-9a-fA-F]+\}|\\u[0-9a-fA-F]{4}|\\c[A-Za-z]|\\.|\[\^\]|\[\]|./gsu;

/** What ECMA-262 writes in another way: characters by their number, white space, a slash that is escaped, sets. */
function inRe2(pattern: string): string {
  let isInSet = false;
  return pattern.replaceAll(part, (written) => {
    const wasInSet = isInSet;
    isInSet = written === "[" || (isInSet && written !== "]");
    if (written.startsWith("\\")) return escapeInRe2(written, wasInSet);
    // In a set RE2 would read a class there.
    if (written === "[" && wasInSet) return "\\[";
    return sets.get(written) ?? written;
  });
}

const sets: ReadonlyMap<string, string> = new Map([
  ["[^]", "(?s:.)"],
  ["[]", "[^\\x{0}-\\x{10FFFF}]"],
]);

function escapeInRe2(written: string, isInSet: boolean): string {
  const [, kind = "", rest = ""] = /^\\(.)\{?([^}]*)/su.exec(written) ?? [];
  if (kind === "u" && rest !== "") return `\\x{${rest}}`;
  if (kind === "c" && rest !== "") return `\\x{${(rest.charCodeAt(0) % 32).toString(16)}}`;
  if (kind === "s") return isInSet ? space : `[${space}]`;
  if (kind === "S" && !isInSet) return `[^${space}]`;
  return kind === "/" ? "/" : written;
}
