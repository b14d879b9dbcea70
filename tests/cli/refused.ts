import assert from "node:assert/strict";
import { mkdir, symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { folderWith, portico, problemLines, reportOf } from "./portico.ts";

/** Something that is given to the program, and what it says. */
export interface Refused {
  readonly title: string;
  /** By their paths; the first is the document that is named. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly folders?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  /** Bytes that the document is made longer to, with zeros. */
  readonly size?: number;
  /** MiB; 256 unless more is needed. */
  readonly heap?: number;
  /** `error NotYaml api.yaml:3:1 /paths`, or such a line for each Problem. */
  readonly says: string | readonly string[];
  /** A part of the first message. */
  readonly message?: string;
  /** 1 unless nothing is an error. */
  readonly code?: number;
}

/** Tests that the program, as a child with a small heap and a deadline, says exactly this, in its report and in its text. */
export function itRefuses(refused: Refused): void {
  const { title, files, folders = [], links = {}, size, heap = 256, says, message = "", code = 1 } = refused;
  it(title, async (t) => {
    const cwd = await folderWith(t, files);
    const [document = ""] = [...Object.keys(files), ...folders];
    for (const folder of folders) await mkdir(join(cwd, folder));
    for (const [path, target] of Object.entries(links)) await symlink(target, join(cwd, path));
    if (size !== undefined) await truncate(join(cwd, document), size);
    const [asJson, asText] = [
      await portico(["check", document, "--format", "json"], { cwd, heap }),
      await portico(["check", document], { cwd, heap }),
    ];
    const report = reportOf(asJson);
    const expected = [says].flat();
    assert.deepEqual(problemLines(report), expected);
    assert.deepEqual([asJson.code, asText.code, asJson.stderr, asText.stderr], [code, code, "", ""]);
    assert.ok(report.problems[0]?.message.includes(message), report.problems[0]?.message);
    for (const problem of report.problems) {
      assert.match(problem.message, /[.] .+[.?]$/s, "a message says what is wrong, and then what to do");
      const place = problem.line === 0 ? problem.source : `${problem.source}:${problem.line}:${problem.column}`;
      assert.ok(asText.stdout.includes(`${place}: ${problem.severity} ${problem.reason}: ${problem.message}`), asText.stdout);
    }
  });
}
