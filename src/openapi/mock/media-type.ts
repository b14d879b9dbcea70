/** `type/subtype` in small letters, and its parameters, their names in small letters (RFC 9110, section 8.3.1). */
export interface MediaType {
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const mediaType = new RegExp(`^${token}/${token}$`);
const parameter = new RegExp(`^(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")$`);

/** Reads a media type or a media range. Undefined when it is none. */
export function parseMediaType(text: string): MediaType | undefined {
  const [essence = "", ...rest] = splitOutsideQuotes(text, ";").map((part) => part.trim());
  if (!mediaType.test(essence)) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const found = parameter.exec(part);
    if (found === null) continue;
    const [, name = "", word, quoted = ""] = found;
    parameters.set(name.toLowerCase(), word ?? quoted.replace(/\\(.)/g, "$1"));
  }
  return { essence: essence.toLowerCase(), parameters };
}

/** Splits a list at a separator that does not stand between quotes. */
export function splitOutsideQuotes(text: string, separator: "," | ";"): readonly string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (character === "\\" && quoted) at += 1;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** Types that stand for a range of the document, where an answer must name one. */
const concrete: ReadonlyMap<string, string> = new Map([
  ["*/*", "application/json"],
  ["application/*", "application/json"],
  ["text/*", "text/plain"],
  ["image/*", "image/png"],
  ["audio/*", "audio/mpeg"],
  ["video/*", "video/mp4"],
]);

/**
 * The media type that an answer names for one that a document names: for a range one of its types, for several the first, and
 * `application/json` for what is no media type.
 */
export function concreteMediaType(written: string): string {
  const [first = ""] = splitOutsideQuotes(written, ",");
  const parsed = /^[\x20-\x7e]{1,200}$/.test(first) ? parseMediaType(first) : undefined;
  if (parsed === undefined) return "application/json";
  if (!parsed.essence.includes("*")) return first.trim();
  return concrete.get(parsed.essence) ?? "application/octet-stream";
}

/** Whether the text of a media type is JSON: `application/json`, or a suffix `+json` (RFC 6839). */
export const isJson = (type: string): boolean => /^(?:(?:application|text)\/json|[^;]+\+json)\s*(?:;|$)/i.test(type);

/** Whether the text of a media type is XML: `application/xml`, `text/xml`, or a suffix `+xml` (RFC 7303). */
export const isXml = (type: string): boolean => /^(?:(?:application|text)\/xml|[^;]+\+xml)\s*(?:;|$)/i.test(type);
