import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { documentOf, onePath } from "./documents.ts";
import { folderWith, portico, reportOf } from "./portico.ts";

/** An error on line 6, and a warning on line 12. */
const wrong = documentOf(`  /pets:
    get: yes
  /dogs:
    get: {responses: {"200": {description: ok}}}
components:
  schemas:
    Dog: {type: 5}
`);

describe("portico check, what credentials are checked with", () => {
  const document = documentOf(
    '  /pets: {get: {security: [{key: []}, {user: []}], responses: {"200": {description: ok}}}}\n',
    "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, user: {type: http, scheme: basic}}}\n",
  );
  const secured = (kind: string, spec: string): string =>
    `{apiVersion: portico.dev/v1alpha1, kind: Security, metadata: {name: ${kind}}, spec: ${spec}}\n`;
  const securities = `${secured("key", "{type: apiKey, apiKey: {keys: {name: keys}}}")}---\n${secured("user", "{type: basic, basic: {users: {name: users}}}")}`;
  const secretOf = (name: string, entries: string): string =>
    `---\n{apiVersion: v1, kind: Secret, metadata: {name: ${name}}, stringData: ${entries}}\n`;

  it("is not asked for: it is the environment's", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": document, "checks.yaml": securities });
    const { code, stdout } = await portico(["check", "api.yaml", "--resources", "checks.yaml"], { cwd });
    assert.deepEqual([code, stdout], [0, "1 document: no problems.\n"]);
  });

  it("must be right where it is given, and is not shown", async (t) => {
    const wrongKeys = secretOf("keys", "{ann: one-and-the-same, bob: one-and-the-same}");
    const cwd = await folderWith(t, {
      "api.yaml": document,
      "checks.yaml": securities + wrongKeys + secretOf("users", "{htpasswd: 'ann:plain'}"),
    });
    const { code, stdout } = await portico(["check", "api.yaml", "--resources", "checks.yaml"], { cwd });
    assert.equal(code, 1);
    assert.match(stdout, /checks\.yaml:1:\d+: error MissingValue: In the Secret `keys`, `ann` and `bob` have the same key/);
    assert.match(
      stdout,
      /checks\.yaml:3:\d+: error MissingValue: In the Secret `users` \(`htpasswd`\) the hashes of `ann` are of a kind that is not checked/,
    );
    assert.match(stdout, /\n2 errors\.\n$/);
    const explained = await portico(["explain", "GET", "/pets", "api.yaml", "--resources", "checks.yaml"], { cwd });
    assert.equal(explained.code, 0);
  });
});

describe("portico check, text", () => {
  it("shows each Problem with the lines around it, and counts them; the report is what was asked for, so it is on stdout", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": wrong });
    const { code, stdout, stderr } = await portico(["check", "api.yaml"], { cwd });
    assert.deepEqual([code, stderr], [1, ""]);
    assert.equal(
      stdout,
      `api.yaml:6:5: error WrongType: \`get\` is a string, not a mapping. Write a mapping here.
  at /paths/~1pets/get, see docs/errors.md#wrongtype
  4 | paths:
  5 |   /pets:
> 6 |     get: yes
    |     ^
  7 |   /dogs:
  8 |     get: {responses: {"200": {description: ok}}}

api.yaml:11:11: warning WrongType: \`type\` is a number, not a string or a list. Write a string or a list here.
  at /components/schemas/Dog/type, see docs/errors.md#wrongtype
   9 | components:
  10 |   schemas:
> 11 |     Dog: {type: 5}
     |           ^

1 error, 1 warning.
`,
    );
  });

  it("exits with 0 when there are only warnings", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath, "components: {schemas: {Dog: {type: 5}}}\n") });
    const { code, stdout } = await portico(["check", "api.yaml"], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /\n1 warning\.\n$/);
  });

  it("shows what is wrong with a file as a whole without lines", async (t) => {
    const { stdout } = await portico(["check", "none.yaml"], { cwd: await folderWith(t, {}) });
    assert.equal(
      stdout,
      "none.yaml: error FileUnreadable: There is no such file. Check the path.\n  see docs/errors.md#fileunreadable\n\n1 error.\n",
    );
  });

  it("cuts a long line around the column", async (t) => {
    const long = `{"openapi": "3.1.0", "info": {"title": "${"a".repeat(5000)}"}, "paths": [], "x-more": "${"b".repeat(5000)}"}`;
    const cwd = await folderWith(t, { "api.json": long });
    const { stdout } = await portico(["check", "api.json"], { cwd });
    const [, , shown = "", caret = ""] = stdout.split("\n");
    assert.match(shown, /^> 1 \| …a+"}, "paths": \[], "x-more": "b+…$/);
    assert.equal(shown.length, 120);
    assert.equal(shown.slice(caret.indexOf("^"), caret.indexOf("^") + 7), '"paths"');
  });

  it("puts the caret under the column behind tabs and wide characters", async (t) => {
    const cwd = await folderWith(t, { "api.json": '{"openapi": "3.1.0",\n\t"x-犬": "犬が好き", "paths": []}' });
    const { stdout } = await portico(["check", "api.json"], { cwd });
    // Each of the five wide characters takes two columns of a terminal; the tab is shown as two spaces.
    assert.match(stdout, /\n> 2 \| {3}"x-犬": "犬が好き", "paths": \[]}\n {4}\| {23}\^\n/);
  });

  it("shows no character that steers a terminal", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf('  "/a\\e[31mb":\n    get: "\\u202e"\n') });
    const { stdout } = await portico(["check", "api.yaml"], { cwd });
    assert.match(stdout, /at \/paths\/~1a\ufffd\[31mb\/get/);
    assert.ok(!stdout.includes("\u001b") && !stdout.includes("\u202e"));
  });

  it("has no colour where its output is no terminal", async (t) => {
    const { stdout } = await portico(["check", "none.yaml"], { cwd: await folderWith(t, {}), env: { FORCE_COLOR: "1" } });
    assert.ok(!stdout.includes("\u001b"));
  });

  it("fails where an operation needs a credential that nothing checks", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath, "security: [{token: []}]\n") });
    const ended = await portico(["check", "api.yaml", "--format", "json"], { cwd });
    assert.deepEqual([ended.code, reportOf(ended).problems.map(({ reason }) => reason)], [1, ["MissingSecurity"]]);
  });

  it("reads resources", async (t) => {
    const endpoint = "apiVersion: portico.dev/v1alpha1\nkind: TargetEndpoint\nmetadata: {name: pets}\nspec: {url: http://pets:8080}\n";
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath, "x-portico: {backend: pets}\n"), "backends/pets.yaml": endpoint });
    const without = await portico(["check", "api.yaml", "--format", "json"], { cwd });
    assert.deepEqual([without.code, reportOf(without).problems.map(({ reason }) => reason)], [1, ["UnknownBackend"]]);
    assert.equal((await portico(["check", "api.yaml", "--resources", "backends"], { cwd })).code, 0);
    assert.equal((await portico(["check", "api.yaml", "--mock"], { cwd })).code, 0);
  });
});

describe("portico check, formats for programs", () => {
  it("json: one object", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": wrong });
    const ended = await portico(["check", "api.yaml", "--format", "json"], { cwd });
    const { problems, ...rest } = reportOf(ended);
    assert.deepEqual(rest, { documents: ["api.yaml"], errors: 1, warnings: 1 });
    assert.deepEqual(problems[0], {
      severity: "error",
      reason: "WrongType",
      message: "`get` is a string, not a mapping. Write a mapping here.",
      source: "api.yaml",
      line: 6,
      column: 5,
      pointer: "/paths/~1pets/get",
      help: "docs/errors.md#wrongtype",
    });
  });

  it("github: a workflow command a line, with what would end one escaped", async (t) => {
    const cwd = await folderWith(t, { "a,b:c%.yaml": wrong });
    const { code, stdout } = await portico(["check", "a,b:c%.yaml", "none.yaml", "--format", "github"], { cwd });
    assert.equal(code, 1);
    assert.deepEqual(stdout.split("\n"), [
      "::error file=a%2Cb%3Ac%25.yaml,line=6,col=5,title=WrongType::At /paths/~1pets/get: `get` is a string, not a mapping. Write a mapping here. See docs/errors.md#wrongtype.",
      "::warning file=a%2Cb%3Ac%25.yaml,line=11,col=11,title=WrongType::At /components/schemas/Dog/type: `type` is a number, not a string or a list. Write a string or a list here. See docs/errors.md#wrongtype.",
      "::error file=none.yaml,title=FileUnreadable::There is no such file. Check the path. See docs/errors.md#fileunreadable.",
      "",
    ]);
  });

  it("github: a line end in a message does not begin another command", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf('  "x\\n::error::y": {get: {responses: {}}}\n') });
    const { stdout } = await portico(["check", "api.yaml", "--format", "github"], { cwd });
    assert.equal(stdout.trimEnd().split("\n").length, 1);
    assert.match(stdout, /x\ufffd::error/);
  });

  it("junit: a testcase for each document, with failures in it, well-formed", async (t) => {
    const cwd = await folderWith(t, { "good.yaml": documentOf(onePath), 'a<"&.yaml': wrong });
    const { code, stdout } = await portico(["check", "good.yaml", 'a<"&.yaml', "--format", "junit"], { cwd });
    assert.equal(code, 1);
    assert.deepEqual(elements(stdout), [
      "testsuites portico check",
      "testsuite portico check",
      "testcase good.yaml",
      'testcase a<"&.yaml',
      "failure NameClash",
      "failure WrongType",
      "system-out",
    ]);
    assert.match(stdout, /<testsuite name="portico check" tests="2" failures="1" errors="0">/);
  });

  it("junit: what XML can't hold is replaced", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf('  "x\\0\\e<]]>\\uffff": {get: {responses: {}}}\n') });
    const { stdout } = await portico(["check", "api.yaml", "--format", "junit"], { cwd });
    assert.match(stdout, /x\ufffd\ufffd&lt;]]&gt;\ufffd/);
    assert.ok(elements(stdout).includes("failure BadPath"));
  });
});

/** The elements of an XML text, each with its type or name, if every one is closed in its order and nothing is left unescaped. */
function elements(xml: string): readonly string[] {
  const open: string[] = [];
  const found: string[] = [];
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  const tags = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|[^<>&]|&(?:lt|gt|amp|quot|#\d+);/g;
  assert.equal(body.replaceAll(tags, ""), "", "something is not escaped");
  for (const [, closing, name = "", attributes = "", empty] of body.matchAll(tags)) {
    if (name === "") continue;
    if (closing === "/") {
      assert.equal(open.pop(), name);
      continue;
    }
    const label = /(?:type|[^s]name|^ name)="([^"]*)"/.exec(attributes)?.[1] ?? "";
    found.push(`${name} ${label.replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&amp;", "&")}`.trimEnd());
    if (empty !== "/") open.push(name);
  }
  assert.deepEqual(open, []);
  return found;
}
