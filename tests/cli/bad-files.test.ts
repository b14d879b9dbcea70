import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { documentOf, onePath } from "./documents.ts";
import { folderWith, portico, problemLines, reportOf } from "./portico.ts";
import { itRefuses, type Refused } from "./refused.ts";

/** Nine anchors, each a list of ten aliases of the one before: a milliard values. */
const bomb = [
  "a: &a [x,x,x,x,x,x,x,x,x,x]",
  ...[..."bcdefghi"].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[index]}`).join(",")}]`),
].join("\n");

const refused: readonly Refused[] = [
  { title: "a folder", files: {}, folders: ["api.yaml"], says: "error FileUnreadable api.yaml:0:0", message: "This is a folder." },
  { title: "an empty file", files: { "api.yaml": "" }, says: "error EmptyDocument api.yaml:1:1" },
  { title: "nothing but comments", files: { "api.yaml": "# later\n\n" }, says: "error EmptyDocument api.yaml:1:1" },
  { title: "null", files: { "api.json": "null\n" }, says: "error EmptyDocument api.json:1:1" },
  {
    title: "100 MB of zeros",
    files: { "api.yaml": "" },
    size: 100 * 1024 * 1024,
    says: "error FileTooLarge api.yaml:0:0",
    message: "The file has 100 MiB; Portico reads at most 64.",
  },
  {
    title: "100 MB of YAML",
    files: { "api.yaml": documentOf(onePath) + `#${"x".repeat(98)}\n`.repeat(1024 * 1024) },
    says: "error FileTooLarge api.yaml:0:0",
  },
  {
    title: "a file of allowed size with far too many values",
    files: { "api.yaml": `${documentOf(onePath)}x: [${"a,".repeat(30 * 1024 * 1024)}]\n` },
    heap: 512,
    says: "error FileTooLarge api.yaml:0:0",
    message: "more than 6 million commas",
  },
  {
    title: "a picture",
    files: { "api.yaml": Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13) },
    says: "error NotText api.yaml:1:1",
  },
  { title: "a NUL byte at the end of a document", files: { "api.yaml": `${documentOf(onePath)}\0` }, says: "error NotText api.yaml:9:1" },
  { title: "UTF-16", files: { "api.yaml": Buffer.from(`\ufeff${documentOf(onePath)}`, "utf16le") }, says: "error NotText api.yaml:1:1" },
  {
    title: "Latin-1",
    files: { "api.yaml": Buffer.from(documentOf(onePath, "x-name: Café\n"), "latin1") },
    says: "error NotText api.yaml:4:13",
    message: "Save it as UTF-8.",
  },
  { title: "a control character", files: { "api.yaml": documentOf(onePath, 'x-bell: "\u0007"\n') }, says: "error NotYaml api.yaml:4:10" },
  { title: "a bracket that is not closed", files: { "api.yaml": documentOf("  /pets: [\n") }, says: "error NotYaml api.yaml:6:1" },
  {
    title: "a key that is a collection",
    files: { "api.yaml": documentOf("  /pets: { get: { responses: { {a: b}: c } } }\n") },
    says: "error NotYaml api.yaml:5:32 /paths/~1pets/get/responses",
    message: "A key is a collection here.",
  },
  {
    title: "a key that is an alias of a collection",
    files: { "api.yaml": documentOf(onePath, "x-a: &a [x]\nx-b: { ? *a : c }\n") },
    says: "error NotYaml api.yaml:5:10 /x-b",
    message: "A key is a collection here.",
  },
  { title: "a tab as indentation", files: { "api.yaml": documentOf("\t/pets: {}\n") }, says: "error NotYaml api.yaml:5:1" },
  { title: "JSON with a stray comma", files: { "api.json": '{"openapi": "3.1.0",\n "paths": {,}}' }, says: "error NotYaml api.json:2:12" },
  {
    title: "two documents in one file",
    files: { "api.yaml": `${documentOf(onePath)}---\n${documentOf(onePath)}` },
    says: "error NotOpenApi api.yaml:10:1",
  },
  {
    title: "an alias bomb",
    files: { "api.yaml": `${bomb}\n${documentOf(onePath)}` },
    says: "error AliasBomb api.yaml:9:35 /i/9",
    message: "more than 2,000,000 values",
  },
  {
    title: "an alias inside of what it stands for",
    files: { "api.yaml": "openapi: 3.1.0\nx: &a [*a]\n" },
    says: "error AliasBomb api.yaml:2:8 /x/0",
  },
  {
    title: "lists 10,000 deep, in JSON",
    files: { "api.json": `{"openapi": "3.1.0", "x": ${"[".repeat(10_000)}${"]".repeat(10_000)}}` },
    says: "error TooDeep api.json:1:525",
  },
  {
    title: "mappings 10,000 deep",
    files: { "api.yaml": `openapi: 3.1.0\nx: ${"{a: ".repeat(10_000)}1${"}".repeat(10_000)}\n` },
    says: "error TooDeep api.yaml:2:1997",
  },
  {
    title: "lists 10,000 deep on one line",
    files: { "api.yaml": `openapi: 3.1.0\nx:\n  ${"- ".repeat(10_000)}a\n` },
    says: "error TooDeep api.yaml:3:1001",
  },
  {
    title: "10,000 brackets that are not closed",
    files: { "api.yaml": `openapi: 3.1.0\nx: ${"[".repeat(10_000)}` },
    says: "error TooDeep api.yaml:2:503",
  },
  {
    title: "mappings 2,000 deep by indentation",
    files: { "api.yaml": `x:\n${Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth + 1)}a:\n`).join("")}` },
    says: "error TooDeep api.yaml:500:500",
  },
  {
    title: "a key that stands twice",
    files: { "api.yaml": documentOf(onePath + onePath) },
    says: "error DuplicateKey api.yaml:9:3 /paths/~1pets",
  },
  {
    title: "a key that stands twice in JSON",
    files: { "api.json": '{"openapi": "3.1.0",\n "info": {},\n "info": {}}' },
    says: "error DuplicateKey api.json:3:3 /info",
  },
  {
    title: "a byte order mark moves no column",
    files: { "api.yaml": `\ufeff${documentOf("  /pets:\n    get: yes\n")}` },
    says: "error WrongType api.yaml:6:5 /paths/~1pets/get",
  },
  {
    title: "a byte order mark on the line of the mistake",
    files: { "api.json": '\ufeff{"openapi": "3.1.0", "paths": []}' },
    says: "error WrongType api.json:1:22 /paths",
  },
  {
    title: "Windows line ends count as one",
    files: { "api.yaml": documentOf("  /pets:\n    get: yes\n").replaceAll("\n", "\r\n") },
    says: "error WrongType api.yaml:6:5 /paths/~1pets/get",
  },
];

describe("a file that is no document", { concurrency: 2 }, () => {
  for (const one of refused) itRefuses({ ...one, alsoAsText: true });

  it("a file that is not there", async (t) => {
    const ended = await portico(["check", "none.yaml", "--format", "json"], { cwd: await folderWith(t, {}), heap: 256 });
    assert.deepEqual([ended.code, problemLines(reportOf(ended))], [1, ["error FileUnreadable none.yaml:0:0"]]);
  });

  it("a URL, as a document and as resources", async (t) => {
    const url = "https://pets.example/api.yaml";
    const args = ["check", url, "--resources", "http://pets.example/b.yaml", "--format", "json"];
    const { problems } = reportOf(await portico(args, { cwd: await folderWith(t, {}) }));
    assert.deepEqual(
      problems.map(({ source, message }) => `${source}: ${message.split(",")[0]}`),
      [`${url}: This is a URL`, "http://pets.example/b.yaml: This is a URL"],
    );
  });

  it("a file without permission", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath) });
    await chmod(cwd, 0o755);
    await chmod(join(cwd, "api.yaml"), 0o200);
    // Root may read everything; the program is somebody else then.
    const somebody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const able = await portico(["--version"], { cwd, ...somebody }).catch(() => undefined);
    if (able?.code !== 0) return t.skip("the project's folder is closed to other users");
    const ended = await portico(["check", "api.yaml", "--format", "json"], { cwd, heap: 256, ...somebody });
    assert.deepEqual([ended.code, problemLines(reportOf(ended))], [1, ["error FileUnreadable api.yaml:0:0"]]);
    assert.match(reportOf(ended).problems[0]?.message ?? "", /may not be read.*chmod/);
  });

  it("a device, and a pipe that nobody writes to", async (t) => {
    const cwd = await folderWith(t, {});
    execFileSync("mkfifo", [join(cwd, "silent.yaml")]);
    const ended = await portico(["check", "/dev/zero", "/dev/null", "silent.yaml", "--format", "json"], {
      cwd,
      heap: 256,
      deadlineMs: 20_000,
    });
    assert.deepEqual(
      [ended.code, problemLines(reportOf(ended))],
      [1, ["error FileUnreadable /dev/zero:0:0", "error FileUnreadable /dev/null:0:0", "error FileUnreadable silent.yaml:0:0"]],
    );
    assert.match(reportOf(ended).problems[2]?.message ?? "", /^Nothing came from the pipe for 10 seconds\./);
  });

  it("a pipe that somebody writes to is a document like any other", async (t) => {
    const cwd = await folderWith(t, {});
    execFileSync("mkfifo", [join(cwd, "pipe.yaml")]);
    const [ended] = await Promise.all([
      portico(["check", "pipe.yaml"], { cwd, heap: 256 }),
      writeFile(join(cwd, "pipe.yaml"), documentOf(onePath)),
    ]);
    assert.deepEqual([ended.code, ended.stdout], [0, "1 document: no problems.\n"]);
  });

  it("documents with a byte order mark, or Windows line ends, are fine", async (t) => {
    const text = documentOf(onePath);
    const cwd = await folderWith(t, { "bom.yaml": `\ufeff${text}`, "windows.yaml": text.replaceAll("\n", "\r\n") });
    for (const name of ["bom.yaml", "windows.yaml"]) {
      assert.deepEqual(await portico(["check", name], { cwd, heap: 256 }), { code: 0, stdout: "1 document: no problems.\n", stderr: "" });
    }
  });
});
