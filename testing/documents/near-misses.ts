import type { Asked, WrittenOperation } from "../openapi-matcher.ts";

/**
 * Requests for every operation of a document: the plain one, others that it must answer, near misses, and for each parameter the values
 * that are literals of its sibling paths. At least twelve an operation.
 */
export function nearMisses(operations: readonly WrittenOperation[]): readonly Asked[] {
  const siblings = literalsByPlace(operations);
  return operations.flatMap((operation) => requestsFor(operation, siblings));
}

/** The request that an operation is there for. */
export const plainRequest = ({ method, key }: WrittenOperation): Asked => ({ method, target: filled(key, "v1") });

const otherMethods: Readonly<Record<string, string>> = { GET: "POST", POST: "PUT", PUT: "PATCH", PATCH: "DELETE", DELETE: "GET" };

function requestsFor({ method, key }: WrittenOperation, siblings: ReadonlyMap<string, readonly string[]>): readonly Asked[] {
  const segments = key.split("/").slice(1);
  const plain = filled(key, "v1");
  const same = [
    plain,
    path(segments.map((segment) => filled(segment, "42.x~y"))),
    path(segments.map((segment) => filled(segment, "A%20b"))),
    `${plain}?page=2&q=/a/b`,
    `${plain}/more`,
    path(segments.slice(0, -1).map((segment) => filled(segment, "v1"))),
    // Envoy merges slashes, but not in a path of slashes alone.
    plain === "/" ? "/?" : `${plain}/`,
    path(changedLiteral(segments, (text) => `${text.slice(0, -1)}${text.endsWith("q") ? "z" : "q"}`)),
    path(changedLiteral(segments, (text) => text.slice(0, -1))),
    path(changedLiteral(segments, (text) => `${text}s`)),
    path(changedLiteral(segments, (text) => text.toUpperCase())),
    ...crossing(segments, siblings),
    ...(key.search(reservedCharacters) >= 0 ? [path(segments.map((segment) => filled(encodedReserved(segment), "v1")))] : []),
  ];
  return [
    ...same.map((target) => ({ method, target })),
    { method: otherMethods[method] ?? "GET", target: plain },
    { method: "OPTIONS", target: plain },
    { method: "HEAD", target: plain },
  ];
}

const reservedCharacters = /[!$&'()*+,;:@]/g;

/** The same segment with reserved characters of its literal text percent-encoded, as generic software writes them. */
const encodedReserved = (segment: string): string =>
  segment
    .split(/(\{[^}]*\})/)
    .map((part) =>
      part.startsWith("{") ? part : part.replaceAll(reservedCharacters, (character) => `%${character.charCodeAt(0).toString(16)}`),
    )
    .join("");

const path = (segments: readonly string[]): string => `/${segments.join("/")}`;
const filled = (segment: string, value: string): string => segment.replaceAll(/\{[^}]*\}/g, value);

/** The segments, filled, with the last one changed that is all literal. */
function changedLiteral(segments: readonly string[], change: (text: string) => string): readonly string[] {
  const at = segments.findLastIndex((segment) => segment !== "" && !segment.includes("{"));
  return segments.map((segment, index) => filled(index === at ? change(segment) : segment, "v1"));
}

/** Where a segment stands: the segments before it, whatever their parameters are called. */
const placeOf = (segments: readonly string[], index: number): string => path(segments.slice(0, index)).replaceAll(/\{[^}]*\}/g, "{}");

function literalsByPlace(operations: readonly WrittenOperation[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, Set<string>>();
  for (const { key } of operations) {
    const segments = key.split("/").slice(1);
    for (const [index, segment] of segments.entries()) {
      if (segment === "" || segment.includes("{")) continue;
      const place = placeOf(segments, index);
      places.set(place, (places.get(place) ?? new Set()).add(segment));
    }
  }
  return new Map([...places].map(([place, texts]) => [place, [...texts].slice(0, 4)] as const));
}

/** For each parameter, paths in which it is a literal of a sibling. */
function crossing(segments: readonly string[], siblings: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return segments.flatMap((segment, at) =>
    segment.includes("{")
      ? (siblings.get(placeOf(segments, at)) ?? []).map((literal) =>
          path(segments.map((other, index) => filled(other, index === at ? literal : "v1"))),
        )
      : [],
  );
}
