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
  return mediaType.test(essence) ? { essence: essence.toLowerCase(), parameters: new Map(rest.flatMap(parameterIn)) } : undefined;
}

function parameterIn(text: string): readonly (readonly [name: string, value: string])[] {
  const found = parameter.exec(text);
  if (found === null) return [];
  const [, name = "", word, quoted = ""] = found;
  return [[name.toLowerCase(), word ?? quoted.replace(/\\(.)/g, "$1")]];
}

/** What a message is of. Undefined for a list, a range, and a parameter that stands twice: others would read another one there. */
export function exactMediaType(text: string): MediaType | undefined {
  const names = splitOutsideQuotes(text, ";").map((part) => part.split("=", 1)[0]?.trim().toLowerCase());
  const written = names.slice(1).filter((name) => name !== "");
  const isOne = splitOutsideQuotes(text, ",").length === 1 && new Set(written).size === written.length;
  const found = parseMediaType(text);
  return isOne && found?.essence.includes("*") === false ? found : undefined;
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

/** Whether the text of a media type is JSON: `application/json`, or a suffix `+json` (RFC 6839). */
export const isJson = (type: string): boolean => /^(?:(?:application|text)\/json|[^;]+\+json)\s*(?:;|$)/i.test(type);

/** Whether the text of a media type is XML: `application/xml`, `text/xml`, or a suffix `+xml` (RFC 7303). */
export const isXml = (type: string): boolean => /^(?:(?:application|text)\/xml|[^;]+\+xml)\s*(?:;|$)/i.test(type);

const utf8: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

/** Whether a text of a media type is in UTF-8, which it is unless it says something else. */
export const isUtf8 = ({ parameters }: MediaType): boolean => utf8.has((parameters.get("charset") ?? "utf-8").toLowerCase());

/** Whether a media type is in a range: `image/png` is in `image/*`. */
export const isInRange = (essence: string, range: string): boolean =>
  range === "*/*" || range === essence || (range.endsWith("/*") && essence.startsWith(range.slice(0, -1)));
