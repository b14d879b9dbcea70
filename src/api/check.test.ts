import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { root } from "../text/node.ts";
import { parseOne } from "../text/parse.ts";
import { checkShape } from "./check.ts";
import { documentExtension } from "./x-portico.ts";

function problemsIn(text: string): readonly string[] {
  const file = parseOne("x.yaml", text);
  assert.ok(file.ok);
  const result = checkShape(documentExtension, root(file.value));
  return result.problems.map(({ reason, message, where }) => `${where.line}:${where.column} ${where.pointer} ${reason}: ${message}`);
}

describe("what is wrong in x-portico is said where it stands, in words", () => {
  const cases: readonly [string, string, readonly string[]][] = [
    [
      "a misspelt field",
      "name: pets\ntimeot: 10s\n",
      ["2:1 /timeot UnknownField: `timeot` is no field that Portico knows here. Did you mean `timeout`?"],
    ],
    [
      "an unknown field that is like no other",
      "requestHeaders: {zebra: 1}\n",
      ["1:18 /requestHeaders/zebra UnknownField: `zebra` is no field that Portico knows here. Known are `remove`, `set`, `add`."],
    ],
    [
      "a misspelt field in one of two alternatives",
      "backend:\n  ulr: http://a\n  name: a\n",
      ["2:3 /backend/ulr UnknownField: `ulr` is no field that Portico knows here. Did you mean `url`?"],
    ],
    [
      "a misspelt field beside two that exclude each other",
      "backend: {url: http://a, name: a, timeot: 10s}\n",
      [
        "1:35 /backend/timeot UnknownField: `timeot` is no field that Portico knows here. Did you mean `timeout`?",
        "1:1 /backend WrongValue: Exactly one of `name`, `url`, `urls`, `split` says what is meant here. Give one, and leave the others out.",
      ],
    ],
    ["another type", "mock: 1\n", ["1:1 /mock WrongType: `mock` is a number, but takes true or false. Write true or false."]],
    ["an empty value", "name:\n", ["1:1 /name WrongType: `name` is empty, but takes a text. Write a text."]],
    [
      "an element of another type",
      "hosts: [a.example, 7]\n",
      ["1:20 /hosts/1 WrongType: Element 1 of `hosts` is a number, but takes a text. Write a text."],
    ],
    [
      "none of several types",
      "backend: 7\n",
      ["1:1 /backend WrongType: `backend` is a number, but takes a text or a mapping. Write a text or a mapping."],
    ],
    [
      "a fixed value or a mapping",
      "cors: true\n",
      ["1:1 /cors WrongType: `cors` is true or false, but takes `false` or a mapping. Write `false` or a mapping."],
    ],
    ["a field that is needed", "cors: {maxAge: 10s}\n", ["1:1 /cors/origins MissingField: `origins` is missing. Add it."]],
    [
      "no length of time",
      "timeout: soon\n",
      ["1:1 /timeout WrongValue: Not a length of time. Write a number with its unit (ms, s, m, h), such as `500ms`, `10s` or `1h30m`."],
    ],
    [
      "one of a set",
      "backend: {name: a, basePath: stripp}\n",
      ["1:20 /backend/basePath WrongValue: `basePath` takes one of `keep`, `strip`, not `stripp`. Did you mean `strip`?"],
    ],
    ["an empty list", "backend: {urls: []}\n", ["1:11 /backend/urls WrongValue: `urls` takes at least 1 elements. Write more."]],
    [
      "credentials for every origin",
      'cors: {origins: ["*"], credentials: true}\n',
      [
        "1:1 /cors WrongValue: Beside credentials `*` stands for no origin, method or header (Fetch, sections 3.2.5 and 4.8), and `null` for every sandboxed page. Name them in place of these, or leave `credentials` out.",
      ],
    ],
    [
      "a backend twice",
      "backend: {url: http://a, name: a}\n",
      [
        "1:1 /backend WrongValue: Exactly one of `name`, `url`, `urls`, `split` says what is meant here. Give one, and leave the others out.",
      ],
    ],
    [
      "a header's name",
      "responseHeaders: {set: {'a b': c}}\n",
      ["1:25 /responseHeaders/set/a b WrongValue: Not the name of a header. Write letters, digits and hyphens."],
    ],
    ["all of them at once", "mock: 1\nname: Pets\n", []],
  ];
  for (const [what, text, expected] of cases) {
    it(what, () => {
      const problems = problemsIn(text);
      if (expected.length === 0) assert.equal(problems.length, 2);
      else assert.deepEqual(problems, expected);
    });
  }

  it("a password in a URL is not repeated", () => {
    const [problem = ""] = problemsIn("backend: {url: 'https://me:secret@a.example/'}\n");
    assert.match(problem, /^1:11 \/backend\/url WrongValue: Not a URL that requests can be sent to/);
    assert.doesNotMatch(problem, /secret/);
  });

  it("a place that the caller knows better is taken", () => {
    const file = parseOne("x.yaml", "x-wso2-cors: {}\n");
    assert.ok(file.ok);
    const place = { source: "x.yaml", line: 1, column: 1, pointer: "/x-wso2-cors" };
    const result = checkShape(documentExtension, { ...root(file.value), value: { cors: {} } }, () => place);
    assert.deepEqual(
      result.problems.map(({ where }) => where),
      [place],
    );
  });
});

describe("what is right is taken as it is", () => {
  const cases: readonly string[] = [
    "name: pets\nbasePath: /v1\nhosts: ['*.example.com']\n",
    "backend: pets\n",
    "backend: {url: 'http://[::1]:8080/v1', timeout: 1m30s, basePath: strip}\n",
    "backend: {urls: [http://a, 'https://b:8443/x']}\n",
    "cors: false\n",
    "cors: {origins: [https://a.example, 'https://*.b.example'], methods: [GET], maxAge: 10m, credentials: true}\n",
    "requestHeaders: {remove: [x-a], set: {x-b: '1'}, add: {x-c: ''}}\n",
    "rateLimit: Gold\nsecurity: [{jwt: [read]}, {}]\nscopes: ['read:pets']\n",
  ];
  for (const text of cases) it(text.trim(), () => assert.deepEqual(problemsIn(text), []));
});
