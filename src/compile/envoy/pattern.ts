import { isLiteral, type PathTemplate, type Segment } from "../../model/path.ts";
import { exactRegex } from "../../text/exact-regex.ts";

/** What Envoy matches a path with: the exact text where a template has no parameter, else an RE2 expression for the whole path. */
export type PathPattern = { readonly path: string } | { readonly regex: string };

/** The pattern of a template: its text where there is one way to write that. */
export function pathPattern(template: PathTemplate): PathPattern {
  const text = template.map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "\n")).join("")}`).join("");
  return template.every(isLiteral) && !twoSpellings.test(text)
    ? { path: text }
    : { regex: template.map((segment) => `/${segmentRegex(segment)}`).join("") };
}

/** A segment as an expression: a parameter is any text without a slash, at least one character of it. */
export function segmentRegex(segment: Segment): string {
  return segment.map((part) => (typeof part === "string" ? literalRegex(part) : "[^/]+")).join("");
}

/**
 * Literal text of a path as an expression. Percent-encoded octets are the same in either case of their letters (RFC 3986, section 6.2.2.1). A reserved
 * character may be written as it is or encoded: generic software encodes it, and a backend that decodes before it routes takes both for one.
 */
export function literalRegex(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}|[\^!$&'()*+,;=:@.?[\]{}|\\]/g, (part) => {
    if (part.startsWith("%")) return eitherCase(part);
    return reserved.test(part) ? `(?:${exactRegex(part)}|${octets(part)})` : exactRegex(part);
  });
}

/** One token (RFC 6750, section 2.1) behind what stands before it, and nothing else, as an expression for the whole of a header. */
export const wholeToken = (prefix: string): string => `(?i:${exactRegex(prefix)}) *[A-Za-z0-9._~+/-]+=*`;

/** A text of a query, decoded, as an expression for every way to write it (WHATWG URL, "application/x-www-form-urlencoded"). */
export const querySpellings = (text: string): string =>
  [...text]
    .map((character) => {
      if (character === " ") return "(?:%20|\\+)";
      return /[!$'-*,-;=?-~]/.test(character) ? `(?:${exactRegex(character)}|${octets(character)})` : octets(character);
    })
    .join("");

/** A character percent-encoded, the letters in either case. */
const octets = (character: string): string =>
  eitherCase([...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""));

const eitherCase = (encoded: string): string => encoded.replaceAll(/[A-F]/g, (digit) => `[${digit}${digit.toLowerCase()}]`);

/** Characters that are reserved in a path (RFC 3986, section 2.2), but for the slash. */
const reserved = /[!$&'()*+,;=:@[\]]/;

/** Literal text that can be written in two ways: it has an encoded octet with letters, or a reserved character. */
export const twoSpellings = new RegExp(`%(?:[A-F][0-9A-F]|[0-9A-F][A-F])|${reserved.source}`);
