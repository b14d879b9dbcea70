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

/**
 * What a message is of. Undefined for a list, a range, and parameters of which others would read other ones: one that is none, that stands twice, or whose name says that its value
 * is encoded (RFC 2231).
 */
export function exactMediaType(text: string): MediaType | undefined {
  const [, ...rest] = splitOutsideQuotes(text, ";").map((part) => part.trim());
  const written = rest.filter((part) => part !== "");
  const names = new Set(written.flatMap(nameIn));
  const isOne = splitOutsideQuotes(text, ",").length === 1 && names.size === written.length;
  const found = isOne && isPrintable.test(text) ? parseMediaType(text) : undefined;
  return found === undefined || found.essence.includes("*") || [...names].some((name) => name.includes("*")) ? undefined : found;
}

const isPrintable = /^[\t -~]*$/;

/** Many write `profile=http://pets.example` without the quotes, which nobody takes for another parameter. By those excluded bodies are read. */
const unquoted = new RegExp(`^(?!(?:charset|boundary)=)(${token})=[^"\\\\\\s]+$`, "i");

const nameIn = (text: string): readonly string[] =>
  [parameterIn(text)[0]?.[0] ?? unquoted.exec(text)?.[1]?.toLowerCase()].filter((name) => name !== undefined);

/** Whether the parameters of a media type are the same to who takes no heed of quotes. */
export const isPlain = (text: string): boolean => !text.includes("\\") && !/"[^"]*;[^"]*"/.test(text);

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
