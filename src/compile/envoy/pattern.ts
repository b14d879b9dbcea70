import { isLiteral, type PathTemplate, type Segment } from "../../model/path.ts";

/** What Envoy matches a path with: the exact text where a template has no parameter, else an RE2 expression for the whole path. */
export type PathPattern = { readonly path: string } | { readonly regex: string };

export function pathPattern(template: PathTemplate): PathPattern {
  const text = template.map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "\n")).join("")}`).join("");
  return template.every(isLiteral) && !hexLetters.test(text)
    ? { path: text }
    : { regex: template.map((segment) => `/${segmentRegex(segment)}`).join("") };
}

/** A segment as an expression: a parameter is any text without a slash, at least one character of it. */
export function segmentRegex(segment: Segment): string {
  return segment.map((part) => (typeof part === "string" ? literalRegex(part) : "[^/]+")).join("");
}

/** Percent-encoded octets are the same in either case of their letters (RFC 3986, section 6.2.2.1). */
export function literalRegex(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}|[\\^$.*+?()[\]{}|]/g, (part) =>
    part.startsWith("%") ? part.replaceAll(/[A-F]/g, (digit) => `[${digit}${digit.toLowerCase()}]`) : `\\${part}`,
  );
}

/** An encoded octet whose text can be written in two ways. */
export const hexLetters = /%(?:[A-F][0-9A-F]|[0-9A-F][A-F])/;
