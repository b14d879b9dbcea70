import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { folderWith, portico, problemLines, type Report, reportOf } from "./portico.ts";

/** Something that is given to the program, and what it says. */
export interface Refused {
  readonly title: string;
  /** By their paths; the first is the document that is named. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Documents that are named behind the first. */
  readonly more?: readonly string[];
  readonly folders?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  /** Named pipes. */
  readonly pipes?: readonly string[];
  /** Bytes that the document is made longer to, with zeros. */
  readonly size?: number;
  /** MiB; 256 unless more is needed. */
  readonly heap?: number;
  /** `error NotYaml api.yaml:3:1 /paths`, or such a line for each Problem. */
  readonly says: string | readonly string[];
  /** A part of the first message. */
  readonly message?: string;
  /** Whether the text for people is looked at, too. */
  readonly alsoAsText?: boolean;
  /** 1 unless nothing is an error. */
  readonly code?: number;
}

/** Tests that the program, as a child with a small heap and a deadline, says exactly this. */
export function itRefuses(refused: Refused): void {
  const {
    title,
    files,
    folders = [],
    more = [],
    links = {},
    pipes = [],
    size,
    heap = 256,
    says,
    message = "",
    code = 1,
    alsoAsText = false,
  } = refused;
  it(title, async (t) => {
    const cwd = await folderWith(t, files);
    const [document = ""] = [...Object.keys(files), ...folders];
    for (const folder of folders) await mkdir(join(cwd, folder));
    for (const path of pipes) execFileSync("mkfifo", [join(cwd, path)]);
    for (const [path, target] of Object.entries(links)) await symlink(target, join(cwd, path));
    if (size !== undefined) await truncate(join(cwd, document), size);
    const ended = await portico(["check", document, ...more, "--format", "json"], { cwd, heap });
    const report = reportOf(ended);
    assert.deepEqual(problemLines(report), typeof says === "string" ? [says] : says);
    assert.deepEqual([ended.code, ended.stderr], [code, ""]);
    assert.ok(report.problems[0]?.message.includes(message), report.problems[0]?.message ?? "nothing was said");
    for (const problem of report.problems) {
      assert.match(problem.message, /[.] .+[.?]$/s, "a message says what is wrong, and then what to do");
    }
    if (alsoAsText) await itSaysTheSame(report, document, cwd, heap);
  });
}

/** The text for people is made from the file's lines, whatever is in them. */
async function itSaysTheSame({ problems }: Report, document: string, cwd: string, heap: number): Promise<void> {
  const { code, stdout, stderr } = await portico(["check", document], { cwd, heap });
  assert.deepEqual([code, stderr], [1, ""]);
  for (const { severity, reason, message, source, line, column } of problems) {
    const place = line === 0 ? source : `${source}:${line}:${column}`;
    assert.ok(stdout.includes(`${place}: ${severity} ${reason}: ${message}`), stdout);
  }
  assert.ok(stdout.length < 5000, "long lines are cut");
}
