import { readFileSync, statSync } from "node:fs";
import type { Problem } from "../../problem.ts";
import { decode, largestFile } from "../../source/read-text.ts";
import { frameLines } from "./code-frame.ts";

/** Lines of a source by their numbers, from 1. */
export type Lines = ReadonlyMap<number, string>;

/**
 * The lines around each Problem, by source; from texts that were read before, or else from the files themselves. Those of Secrets are not shown: a Problem in one, or
 * beside it, goes to terminals and logs.
 */
export function linesAround(
  problems: readonly Problem[],
  files: readonly { readonly name: string; readonly text: string }[],
): ReadonlyMap<string, Lines> {
  const known = new Map(files.map(({ name, text }) => [name, text] as const));
  const wanted = new Map<string, Set<number>>();
  for (const { where } of problems) {
    if (where.line === 0) continue;
    const numbers = wanted.get(where.source) ?? new Set();
    for (const number of frameLines(where.line)) numbers.add(number);
    wanted.set(where.source, numbers);
  }
  return new Map([...wanted].map(([source, numbers]) => [source, linesOf(known.get(source) ?? read(source) ?? "", numbers)] as const));
}

/** A file that could not be made sense of is not kept by those who read it; it is read again to be shown. */
function read(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    if (size > largestFile || !statSync(path).isFile()) return undefined;
    const text = decode(path, readFileSync(path));
    return text.ok ? text.value : undefined;
  } catch {
    return undefined;
  }
}

/** What says that an object is a Secret, in YAML or JSON. It finds too much rather than too little. */
const isSecret = /\bkind["']?\s*:\s*(?:[!&]\S+\s+)*["']?Secret\b/;

/** The numbers of the lines of those documents of a file in which a Secret is. */
function linesOfSecrets(text: string): ReadonlySet<number> {
  const hidden = new Set<number>();
  if (!isSecret.test(text)) return hidden;
  let line = 1;
  for (const document of text.split(/^(?=---(?:\s|$))/m)) {
    const next = line + (document.match(/\n/g)?.length ?? 0);
    if (isSecret.test(document)) for (let number = line; number <= next; number++) hidden.add(number);
    line = next;
  }
  return hidden;
}

function linesOf(text: string, wanted: ReadonlySet<number>): Lines {
  const lines = new Map<number, string>();
  const hidden = linesOfSecrets(text);
  const last = Math.max(...wanted);
  for (let number = 1, begin = 0; number <= last && begin <= text.length; number++) {
    const end = text.indexOf("\n", begin);
    const stop = end === -1 ? text.length : end;
    if (wanted.has(number) && !hidden.has(number) && (stop > begin || end !== -1)) lines.set(number, text.slice(begin, stop));
    begin = stop + 1;
  }
  return lines;
}
