/**
 * Which operation answers a request, straight from OpenAPI's text (3.1, section 4.8.8) and from RFC 3986 and 9110: slow, simple, and with
 * nothing of src/ in it, so that what the gateway does can be held against it.
 */

/** An operation as a document writes it. */
export interface WrittenOperation {
  /** In capitals. */
  readonly method: string;
  /** The key under `paths`. */
  readonly key: string;
  readonly id: string;
}

/** A request line without its version. The target is the path with its query. */
export interface Asked {
  readonly method: string;
  readonly target: string;
}

/** `operation <id>`, `404`, `405 <Allow>`, `204 <Allow>` for OPTIONS, or `400` for a path that is not safe. */
export type Verdict = string;

type Part = { readonly literal: string } | { readonly parameter: string };
type Segment = readonly Part[];
interface Condition {
  readonly name: string;
  /** Undefined: the parameter must only be there. */
  readonly value: string | undefined;
}
interface Path {
  readonly segments: readonly Segment[];
  readonly conditions: readonly Condition[];
  /** By method, the first that the document writes for it. */
  readonly operations: Map<string, string>;
}

/** Answers for a document's operations, all behind one base path: "" or "/v1". */
export function openApiMatcher(operations: readonly WrittenOperation[], basePath = ""): (asked: Asked) => Verdict {
  const paths = pathsOf(operations, basePath);
  return ({ method, target }) => {
    const [path = "", ...queries] = target.split("?");
    if (/%(2f|5c)|\\/i.test(path)) return "400";
    const asked = normalPath(path);
    const query = pairs(queries.join("?"));
    const [first, ...others] = paths.filter(
      ({ segments, conditions }) => matchesPath(segments, asked) && conditions.every((condition) => holds(condition, query)),
    );
    if (first === undefined) return "404";
    return answer(
      others.reduce((best, other) => (comesBefore(other, best) ? other : best), first),
      method,
    );
  };
}

/** The path is chosen; now the method. HEAD is GET without a body (RFC 9110, section 9.3.2); OPTIONS asks for the methods (9.3.7). */
function answer({ operations }: Path, method: string): Verdict {
  const own = operations.get(method) ?? (method === "HEAD" ? operations.get("GET") : undefined);
  if (own !== undefined) return `operation ${own}`;
  const allowed = new Set([...operations.keys(), ...(operations.has("GET") ? ["HEAD"] : []), "OPTIONS"]);
  return `${method === "OPTIONS" ? 204 : 405} ${[...allowed].sort().join(", ")}`;
}

/** Templates that differ only in the names of their parameters are one path; so are keys that differ only in the order of conditions. */
function pathsOf(operations: readonly WrittenOperation[], basePath: string): readonly Path[] {
  const paths = new Map<string, Path>();
  for (const { method, key, id } of operations) {
    const [path = "", ...queries] = split(outsideBraces(key, "#")[0] ?? "");
    const segments = normalPath(basePath + path).map(partsOf);
    const conditions = conditionsOf(queries.join("?"));
    const same = `${shapeOf(segments)}?${conditions.map(show).join("&")}`;
    const known = paths.get(same) ?? { segments, conditions, operations: new Map<string, string>() };
    paths.set(same, known);
    if (!known.operations.has(method)) known.operations.set(method, id);
  }
  return [...paths.values()];
}

const split = (key: string): readonly string[] => outsideBraces(key, "?");
const show = ({ name, value }: Condition): string => (value === undefined ? name : `${name}=${value}`);

/** The pieces of a text between separators, those inside a parameter's name not counted. */
function outsideBraces(text: string, separator: string): readonly string[] {
  const pieces = [""];
  let inside = false;
  for (const character of text) {
    if (character === "{") inside = true;
    if (character === "}") inside = false;
    if (character === separator && !inside) pieces.push("");
    else pieces.push(`${pieces.pop()}${character}`);
  }
  return pieces;
}

/** The segments of a path in normal form: encoding (RFC 3986, section 6.2.2), dot segments (5.2.4), and slashes in a row are one. */
function normalPath(path: string): readonly string[] {
  const out: string[] = [];
  const segments = outsideBraces(path, "/").slice(1).map(normalText);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === "..") out.pop();
    if (segment !== "." && segment !== "..") out.push(segment);
    else if (last) out.push("");
  }
  return out.filter((segment, index) => segment !== "" || index === out.length - 1);
}

/** Text outside braces with octets percent-encoded where they must be, in capitals, and nowhere else; reserved characters are as they are. */
function normalText(text: string): string {
  return text.replace(/\{[^}]*\}|%[0-9a-f]{2}|[^\w.~!$&'()*+,:;=@[\]-]/giu, (piece) => {
    if (piece.startsWith("{")) return piece;
    if (piece.length !== 3 || !piece.startsWith("%")) return encodeURIComponent(piece);
    const character = String.fromCharCode(Number.parseInt(piece.slice(1), 16));
    return /[\w.~!$&'()*+,;=:@[\]-]/.test(character) ? character : piece.toUpperCase();
  });
}

const partsOf = (text: string): Segment =>
  (text.match(/\{[^}]*\}|[^{]+/g) ?? []).map((piece) => (piece.startsWith("{") ? { parameter: piece } : { literal: piece }));

const shapeOf = (segments: readonly Segment[]): string =>
  segments.map((segment) => `/${segment.map((part) => ("literal" in part ? part.literal : "{}")).join("")}`).join("");

/** A condition in the key of a path: `a=1` asks for the value, `a`, `a=` and `a={x}` that the parameter is there. */
function conditionsOf(query: string): readonly Condition[] {
  const conditions = pairs(query).map(([name, value]) => ({ name, value: value === "" || value.includes("{") ? undefined : value }));
  const distinct = new Map(conditions.map((condition) => [show(condition), condition]));
  return [...distinct.values()].sort((a, b) => inOrder(a, b));
}

/** By name; for one name the exact one first; then by value. */
function inOrder(a: Condition, b: Condition): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.value === undefined || b.value === undefined) return Number(a.value === undefined) - Number(b.value === undefined);
  return a.value < b.value ? -1 : Number(a.value > b.value);
}

const pairs = (query: string): readonly (readonly [name: string, value: string])[] =>
  query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => [decodedText(pair.split("=")[0] ?? ""), decodedText(pair.split("=").slice(1).join("="))]);

const decodedText = (text: string): string => new URLSearchParams(`text=${text}`).get("text") ?? "";

/** Whether any parameter of a request is what a condition asks for. */
const holds = ({ name, value }: Condition, query: readonly (readonly [name: string, value: string])[]): boolean =>
  query.some(([asked, its]) => asked === name && (value === undefined || its === value));

const matchesPath = (segments: readonly Segment[], asked: readonly string[]): boolean =>
  segments.length === asked.length && segments.every((segment, index) => matchesText(segment, asked[index] ?? ""));

/** Whether a text is the parts from the given one on, one after the other, each parameter standing for at least one character. */
function matchesText(parts: Segment, text: string, from = 0): boolean {
  const part = parts[from];
  if (part === undefined) return text === "";
  if ("literal" in part) return text.startsWith(part.literal) && matchesText(parts, text.slice(part.literal.length), from + 1);
  for (let length = 1; length <= text.length; length++) if (matchesText(parts, text.slice(length), from + 1)) return true;
  return false;
}

/**
 * Of two paths that both match: concrete before templated at the first segment where one is and the other is not; then more literal
 * text; then the order of their text; for one template more conditions, more exact ones, the order of their text.
 */
function comesBefore(a: Path, b: Path): boolean {
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index] ?? [];
    if (isConcrete(segment) !== isConcrete(other)) return isConcrete(segment);
  }
  const [shapeA, shapeB] = [shapeOf(a.segments), shapeOf(b.segments)];
  if (shapeA !== shapeB) {
    const more = literalLength(a) - literalLength(b);
    return more === 0 ? shapeA < shapeB : more > 0;
  }
  if (a.conditions.length !== b.conditions.length) return a.conditions.length > b.conditions.length;
  const exact = exactCount(a) - exactCount(b);
  if (exact !== 0) return exact > 0;
  const difference = a.conditions
    .map((condition, index) => inOrder(condition, b.conditions[index] ?? condition))
    .find((sign) => sign !== 0);
  return difference !== undefined && difference < 0;
}

const isConcrete = (segment: Segment): boolean => segment.every((part) => "literal" in part);
const literalLength = ({ segments }: Path): number =>
  segments.flat().reduce((sum, part) => sum + ("literal" in part ? part.literal.length : 0), 0);
const exactCount = ({ conditions }: Path): number => conditions.filter(({ value }) => value !== undefined).length;
