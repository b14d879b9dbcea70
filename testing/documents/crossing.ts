import fc from "fast-check";
import type { Asked, WrittenOperation } from "../openapi-matcher.ts";
import type { WrittenDocument } from "./written-document.ts";

// Few texts, so that literals of one path are parameters' values of another and prefixes nest.
const literals = [
  "pets",
  "pe",
  "p",
  "a",
  "ab",
  "abc",
  "a.json",
  "a-b",
  "7",
  "x:cancel",
  "café",
  "caf%C3%A9",
  "%c3%a9",
  "a b",
  "a%20b",
  "~u",
];
const mixed = ["{id}.json", "{a}-{b}", "{id}:cancel", "a{n}", "pe{rest}", "{a}b{c}", "{id}.{format}", "é{n}", "a{n}.json"];
const parameters = ["{id}", "{user-id}", "{x}"];
const values = [
  "7",
  "pets",
  "pe",
  "p",
  "a",
  "ab",
  "abc",
  "z.json",
  "a.json",
  "a-b",
  "1-2-3",
  "x:cancel",
  "caf%c3%a9",
  "%C3%A9",
  "a%20b",
  "pets.json",
  "A",
  "b",
];
const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"];
const basePaths = ["", "", "", "/v1", "/pe", "/pets/a"];

const segment = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...literals) },
  { weight: 4, arbitrary: fc.constantFrom(...parameters) },
  { weight: 2, arbitrary: fc.constantFrom(...mixed) },
);
const rarely = (...texts: readonly string[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant("") }, { weight: 2, arbitrary: fc.constantFrom(...texts) });
const query = rarely("?a=1", "?a", "?b", "?a=1&b", "?b&a=1", "?a=2", "?a={x}&b=1");

const key = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), rarely("/"), query, rarely("#get", "#list"))
  .map(([segments, ...ends]) => `/${segments.join("/")}${ends.join("")}`);

const path = fc.tuple(key, fc.subarray(methods, { minLength: 1, maxLength: 3 }));

const operations = fc
  .uniqueArray(path, { minLength: 1, maxLength: 14, selector: ([written]) => written })
  .map((paths) => paths.flatMap(([written, own]) => own.map((method) => ({ method, key: written }))))
  .map((list) => list.map((operation, index): WrittenOperation => ({ ...operation, id: `op${index}` })));

/** How a request differs from the one that a key asks for. */
const changes: Readonly<Record<string, (path: string) => string>> = {
  nothing: (path) => path,
  more: (path) => `${path}/a`,
  less: (path) => path.replace(/\/[^/]*$/, ""),
  slash: (path) => `${path}/`,
  letter: (path) => path.replace(/[a-z](?=[^a-z]*$)/, "q"),
  longer: (path) => `${path}s`,
  shorter: (path) => path.replace(/[^/]$/, ""),
  capitals: (path) => path.replace(/[a-z](?=\/|$)/, (letter) => letter.toUpperCase()),
  encoded: (path) => path.replace(/(?<!%[0-9a-f]?)[a-z]/i, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  slashes: (path) => path.replace("/", "//"),
  dots: (path) => path.replace(/\/(?=[^/]*$)/, "/./zz/../"),
  unsafe: (path) => `${path}%2Fa`,
};
const change = fc.oneof(
  { weight: 6, arbitrary: fc.constant("nothing") },
  { weight: 5, arbitrary: fc.constantFrom(...Object.keys(changes)) },
);

const queryOfRequest = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constantFrom("", "?", "?a=1", "?a=2", "?a", "?b=1", "?a=1&b=/pets/a", "?z=/a&a=1", "?b&a=2", "?ab=1") },
);

const requests = (written: readonly WrittenOperation[]): fc.Arbitrary<readonly Asked[]> =>
  fc.array(
    fc
      .record({
        operation: fc.constantFrom(...written),
        method: fc.option(fc.constantFrom(...methods)),
        value: fc.array(fc.constantFrom(...values), { minLength: 8, maxLength: 8 }),
        change,
        query: queryOfRequest,
      })
      .map(({ operation, method, value, change: how, query: asked }): Asked => {
        const [path = "", own = ""] = (operation.key.split("#")[0] ?? "").split("?");
        const filled = encodeURI(fill(path, value)).replaceAll("%25", "%");
        return {
          method: method ?? operation.method,
          target: (changes[how]?.(filled) || "/") + (asked ?? (own === "" ? "" : `?${fill(own, value)}`)),
        };
      }),
    { minLength: 14, maxLength: 20 },
  );

function fill(text: string, value: readonly string[]): string {
  let used = 0;
  return text.replaceAll(/\{[^}]*\}/g, () => value[used++] ?? "7");
}

/** Documents whose paths cross, nest and nearly match, each with requests that do so too. */
export const crossingDocuments: fc.Arbitrary<WrittenDocument> = fc
  .record({ basePath: fc.constantFrom(...basePaths), operations })
  .chain(({ basePath, operations: written }) =>
    requests(written).map((asked) => ({
      basePath,
      operations: written,
      requests: asked.map(({ method, target }, index) => ({ method, target: index % 16 === 15 ? target : basePath + target })),
    })),
  );
