import { realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Checked, error, failed, type Place, type Problem, wholeFile } from "../../problem.ts";
import { type Code, type CodeFile, functionNamed } from "../../text/code.ts";
import { readText } from "../read-text.ts";
import type { ReadCode } from "./read-code.ts";

/** A function that somebody names, and where. */
export interface NamedFunction {
  readonly text: string;
  readonly where: Place;
}

/** What is wrong with a file was said: whatever it may have is not missed, too. */
const unknown: CodeFile = { text: "", exports: undefined };

/** All files of functions together, in bytes: they fit into one entry of a ConfigMap (Kubernetes: ConfigMap). */
const mostBytes = 800 * 1024;

/** The files that functions are in, and all that these take in, as far as they can be read; and what is wrong with the others. `noticed` is told each file that matters. */
export async function loadCode(
  folder: string,
  named: readonly NamedFunction[],
  noticed: (path: string) => void,
): Promise<{ readonly code: Code; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const code = new Map<string, CodeFile>();
  let bytes = 0;
  const waiting = named.flatMap(({ text, where }) => {
    const found = functionNamed(text);
    return found === undefined ? [] : [{ path: found.path, where }];
  });
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path, where } = next;
    if (code.has(path)) continue;
    const name = join(folder, path);
    noticed(name);
    const read = await readFunctions(folder, path, where);
    problems.push(...read.problems);
    code.set(path, read.ok ? read.value.file : unknown);
    bytes += read.ok ? Buffer.byteLength(read.value.file.text) : 0;
    if (bytes > mostBytes) return { code, problems: [...problems, error("BadInterceptor", where, tooMuch)] };
    if (read.ok) waiting.push(...read.value.imports.map((one) => ({ path: one, where: wholeFile(name) })));
  }
  return { code, problems };
}

const tooMuch = `The functions' files have more than ${mostBytes / 1024} KiB together. Let them be less.`;

/** A file of functions. What is wrong with reading it is said where it is named; what is wrong in it, in it. */
async function readFunctions(folder: string, path: string, where: Place): Promise<Checked<ReadCode>> {
  const name = join(folder, path);
  const unreadable = (why: string) => failed(error("BadInterceptor", where, `\`${name.slice(0, 200)}\`: ${why}`));
  if (await leadsOut(folder, name)) return unreadable("The file lies outside the folder that functions are in. Copy it there.");
  const text = await readText(name);
  // What reads programs is large, and nearly nobody needs it.
  const { readCode } = await import("./read-code.ts");
  return text.ok ? readCode(name, path, text.value) : unreadable(text.problems[0]?.message ?? "It cannot be read.");
}

/** Whether a path leads out of a folder once symbolic links are followed. What is not there leads nowhere. */
async function leadsOut(folder: string, path: string): Promise<boolean> {
  const [from, to] = await Promise.all([folder, path].map((one) => realpath(one).catch(() => undefined)));
  const way = from === undefined || to === undefined ? "" : relative(from, to);
  return way === ".." || way.startsWith(`..${sep}`);
}
