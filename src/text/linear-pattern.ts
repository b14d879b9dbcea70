import { RE2JS } from "re2js";
import { generalCategories } from "./general-categories.ts";

/** What tells whether a pattern is somewhere in a text, in a time that grows with the text alone. */
export interface LinearPattern {
  test(text: string): boolean;
}

/**
 * A regular expression of JSON Schema (ECMA-262) as one of RE2's. Undefined for one that RE2 has not: those that look around or back take a time that nobody can
 * bound.
 */
export function linearPattern(pattern: string): LinearPattern | undefined {
  const counted = countedCharacters(pattern);
  try {
    const compiled = RE2JS.compile(inRe2(counted === undefined ? pattern : `^${counted.character}*$`));
    const test = (text: string): boolean => compiled.matcher(text).find();
    return { test: counted === undefined ? test : (text) => isCounted(text, counted) && test(text) };
  } catch {
    return undefined;
  }
}

/** Why there is none for a pattern; undefined where there is one. */
export function whyNotLinear(pattern: string): string | undefined {
  if (linearPattern(pattern) !== undefined) return undefined;
  if (/\(\?<?[=!]|\\[1-9k]/.test(pattern)) return "a pattern that looks around or back takes a time that nobody can bound";
  try {
    RE2JS.compile(inRe2(pattern));
  } catch (failure) {
    const said = failure instanceof Error ? failure.message.replace("error parsing regexp: ", "") : "";
    return `RE2, which takes a bounded time, cannot read the pattern (${said})`;
  }
  return undefined;
}

/** A text of one kind of characters, so many of them. */
interface CountedCharacters {
  readonly character: string;
  readonly least: number;
  readonly most: number;
}

/** RE2 repeats nothing more often than that. */
const mostRepeated = 1_000;

/** `^[a-z]{1,2048}$` is characters of a set, which are counted apart where RE2 does not. */
function countedCharacters(pattern: string): CountedCharacters | undefined {
  const [, character, low = "", comma, high] = /^\^(\[\^?(?:\\.|[^\\\]])*\]|\\[dwsDWS]|\.)\{(\d+)(,?)(\d*)\}\$$/su.exec(pattern) ?? [];
  const least = Number(low);
  const most = comma === "" ? least : high === "" ? Number.POSITIVE_INFINITY : Number(high);
  const isFew = least <= mostRepeated && (most <= mostRepeated || most === Number.POSITIVE_INFINITY);
  return character === undefined || isFew || least > most ? undefined : { character, least, most };
}

function isCounted(text: string, { least, most }: CountedCharacters): boolean {
  let count = 0;
  for (const _ of text) count += 1;
  return count >= least && count <= most;
}

/** What ECMA-262 counts as white space and ends of lines (section 22.2.2.9), for the inside of a set. */
const space = "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";

const escaped = String.raw`\\u\{[0-9a-fA-F]+\}|\\u[0-9a-fA-F]{4}|\\c[A-Za-z]|\\[pP]\{[^}]*\}|\\.`;
/** A part of an expression: an escape, a set, or any character. */
const part = new RegExp(String.raw`${escaped}|\[\^?(?:\\.|[^\\\]])*\]|.`, "gsu");
const partOfSet = new RegExp(`${escaped}|.`, "gsu");

/** What ECMA-262 writes in another way: characters by their number, properties by their long names, white space, a slash that is escaped, sets. */
const inRe2 = (pattern: string): string =>
  pattern.replaceAll(part, (written) => {
    if (written.startsWith("\\")) return escapeInRe2(written, false);
    if (written === ".") return "[^\\n\\r\\x{2028}\\x{2029}]";
    return written.startsWith("[") ? setInRe2(written) : written;
  });

function setInRe2(written: string): string {
  if (written === "[^]") return "(?s:.)";
  if (written === "[]") return "[^\\x{0}-\\x{10FFFF}]";
  if (!written.endsWith("]")) return written;
  const start = written.startsWith("[^") ? "[^" : "[";
  const inside = written.slice(start.length, -1).replaceAll(partOfSet, (one) => {
    // RE2 would read a class there.
    if (one === "[") return "\\[";
    return one.startsWith("\\") ? escapeInRe2(one, true) : one;
  });
  return `${start}${inside}]`;
}

function escapeInRe2(written: string, isInSet: boolean): string {
  const [, kind = "", rest = ""] = /^\\(.)\{?([^}]*)/su.exec(written) ?? [];
  if (kind === "u" && rest !== "") return `\\x{${rest}}`;
  if (kind === "c" && rest !== "") return `\\x{${(rest.charCodeAt(0) % 32).toString(16)}}`;
  if ((kind === "p" || kind === "P") && rest !== "") return `\\${kind}{${propertyInRe2(rest)}}`;
  if (kind === "s") return isInSet ? space : `[${space}]`;
  if (kind === "S" && !isInSet) return `[^${space}]`;
  return kind === "/" ? "/" : written;
}

/** Categories have short names in RE2, and scripts nothing but their name. */
function propertyInRe2(property: string): string {
  const name = property.replace(/^(?:General_Category|gc|Script|sc)=/, "");
  return generalCategories.get(name) ?? name;
}
