import { readFileSync } from "node:fs";

/** A command in a page, and the lines that the page shows of what it prints. */
export interface Step {
  readonly command: string;
  readonly shown: readonly string[];
}

export interface PageExamples {
  /** Files that the page shows: name -> text. */
  readonly files: ReadonlyMap<string, string>;
  readonly consoles: readonly { readonly line: number; readonly exitCode: number; readonly steps: readonly Step[] }[];
}

/**
 * The examples of a page in docs/. A fenced block ` ```yaml file=NAME ` is a file; one ` ```console ` has commands after `$` and below each the lines
 * that it prints, among others; `exit=N` is the exit code of its commands.
 */
export function pageExamples(path: string): PageExamples {
  const files = new Map<string, string>();
  const consoles: { line: number; exitCode: number; steps: readonly Step[] }[] = [];
  const text = readFileSync(path, "utf8");
  for (const block of text.matchAll(/^```(\w+)(.*)\n([\s\S]*?)^```$/gm)) {
    const [, language, said = "", body = ""] = block;
    const file = /file=(\S+)/.exec(said)?.[1];
    if (file !== undefined) files.set(file, body);
    if (language !== "console") continue;
    const line = text.slice(0, block.index).split("\n").length;
    consoles.push({ line, exitCode: Number(/exit=(\d)/.exec(said)?.[1] ?? 0), steps: stepsOf(body) });
  }
  return { files, consoles };
}

function stepsOf(body: string): readonly Step[] {
  const steps: { command: string; shown: string[] }[] = [];
  for (const line of body.split("\n").filter((one) => one !== "")) {
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), shown: [] });
    else steps.at(-1)?.shown.push(line);
  }
  return steps;
}

/** The words of a command line as a shell takes them apart: single and double quotes, nothing else. */
export const shellWords = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain ?? "");
