import { compareText, type PathTemplate, type QueryCondition, type Segment } from "../model/path.ts";

/** A key under `paths`, taken apart; or what is wrong with it. */
export type PathKey =
  | {
      readonly ok: true;
      /** The key without its fragment, as it is shown. */
      readonly shown: string;
      readonly template: PathTemplate;
      readonly query: readonly QueryCondition[];
      /** A parameter that is written as if its value could have slashes in it (RFC 6570: `{+name}`, `{name*}`); OpenAPI has none such. */
      readonly spanning: string | undefined;
    }
  | { readonly ok: false; readonly message: string };

/**
 * A path as documents in the wild write it: literal text and parameters in one segment, a query (which becomes conditions), a fragment
 * (which no request carries, so it is dropped). Literal text comes out percent-encoded as Envoy shows a request's path to its routes.
 */
export function parsePathKey(key: string): PathKey {
  if (!key.startsWith("/")) return wrong(`The path \`${shown(key)}\` does not begin with a slash. Write \`/${shown(key)}\`.`);
  const [beforeFragment = ""] = splitOutsideBraces(key, "#");
  const [path = "", ...queries] = splitOutsideBraces(beforeFragment.replace(/\{[?&#][^{}]*\}$/, ""), "?");
  const segments: Segment[] = [];
  for (const text of splitOutsideBraces(path.slice(1), "/")) {
    const segment = parseSegment(text);
    if (segment === undefined)
      return wrong(`The path \`${shown(key)}\` has a brace that is not closed, or not opened. Write parameters as \`{name}\`.`);
    if (segment.some((part) => typeof part === "string" && refusedByGateway.test(part)))
      return wrong(
        `No request reaches the path \`${shown(key)}\`: a backslash, an encoded slash or a NUL in a path is refused. Leave it out.`,
      );
    segments.push(segment);
  }
  const query = parseQuery(queries.join("?"));
  const asked = query.flatMap(({ name, value }) => (value === undefined ? [] : [name]));
  if (new Set(asked).size < asked.length)
    return wrong(`The query of \`${shown(key)}\` asks for two values of one parameter, of which backends take one. Leave the other out.`);
  return {
    ok: true,
    shown: beforeFragment,
    template: normalised(segments),
    query,
    spanning: /\{(?:\+[^{}]*|[^{}]*[*+])\}/.exec(path)?.[0],
  };
}

/** What the gateway refuses in a path, in the form that literal text has here: else a backend might see other segments than the gateway did. */
const refusedByGateway = /%(?:2F|5C|00)/;

/** Without dot segments and empty ones, as Envoy normalises the paths of requests: else no request could match (RFC 3986, section 5.2.4). */
function normalised(segments: PathTemplate): PathTemplate {
  const kept: Segment[] = [];
  for (const [index, segment] of segments.entries()) {
    const text = segment.length > 1 ? undefined : segment[0];
    if (text === "..") kept.pop();
    if (text !== "." && text !== "..") kept.push(segment);
    else if (index === segments.length - 1) kept.push([]);
  }
  return kept.filter((segment, index) => segment.length > 0 || index === kept.length - 1);
}

const wrong = (message: string): PathKey => ({ ok: false, message });
const shown = (key: string): string => (key.length > 80 ? `${key.slice(0, 80)}...` : key);

/** Splits a text at a character, but not inside a parameter's name: names such as `{a/b}` and `{id?}` are in use. */
function splitOutsideBraces(text: string, at: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "{") depth++;
    if (character === "}") depth = Math.max(0, depth - 1);
    if (character === at && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function parseSegment(text: string): Segment | undefined {
  const parts = text.split(/\{([^{}]*)\}/).map((part, index) => (index % 2 === 0 ? part : { parameter: part }));
  const literals = parts.filter((part) => typeof part === "string");
  if (literals.some((literal) => /[{}]/.test(literal))) return undefined;
  return parts.filter((part) => part !== "").map((part) => (typeof part === "string" ? encodeLiteral(part) : part));
}

/** What Envoy leaves as it is in a path, of what is not unreserved (seen with version 1.40; RFC 3986, section 3.3, and `[]`). */
const keptRaw = /[A-Za-z0-9\-._~!$&'()*+,:;=@[\]]/;

const isKeptRaw = new RegExp(`^${keptRaw.source}*$`);

/**
 * Literal text in one form: that which Envoy's path normalisation gives it (envoy: HttpConnectionManager.normalize_path), and reserved characters
 * as they are, which a request may write either way.
 */
export function encodeLiteral(text: string): string {
  if (isKeptRaw.test(text)) return text;
  return text.replaceAll(/%[0-9A-Fa-f]{2}|[^%]|%/gsu, (part) => {
    if (part.length === 3 && part.startsWith("%")) {
      const character = String.fromCharCode(Number.parseInt(part.slice(1), 16));
      return keptRaw.test(character) ? character : part.toUpperCase();
    }
    return keptRaw.test(part) ? part : percentEncoded(part);
  });
}

const percentEncoded = (character: string): string =>
  [...Buffer.from(character, "utf8")].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

/** `a=1&b={b}&c` asks that a is 1 and that b and c are there. The order says nothing, so that it is the same for the same conditions. */
function parseQuery(query: string): readonly QueryCondition[] {
  const conditions = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair): QueryCondition => {
      const [name = "", ...rest] = pair.split("=");
      const value = rest.join("=");
      return value === "" || value.includes("{") ? { name: decoded(name) } : { name: decoded(name), value: decoded(value) };
    });
  const distinct = new Map(conditions.map((condition) => [JSON.stringify(condition), condition] as const));
  return [...distinct].toSorted(([a], [b]) => compareText(a, b)).map(([, condition]) => condition);
}

/** The text that a query's stands for (WHATWG URL, "application/x-www-form-urlencoded": `+` is a space); as it is where it stands for none. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
