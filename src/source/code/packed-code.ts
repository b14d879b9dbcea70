import { z } from "zod";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import { type Code, type CodeFile, isCode, isInside } from "../../text/code.ts";

const packed = z.record(
  z.string().refine((path) => isInside(path) && isCode(path)),
  z.string(),
);

/** A ConfigMap holds 1 MiB at most, its own names included (Kubernetes: ConfigMap). */
const mostPacked = 1000 * 1024;

/** Whether they fit into one entry of a ConfigMap. */
export const fits = (packed: string): boolean => Buffer.byteLength(packed) <= mostPacked;

/** The files of functions as one text: JSON, each file's text by its path. */
export const packCode = (code: Code): string =>
  `${JSON.stringify(Object.fromEntries([...code].map(([path, { text }]) => [path, text] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))), undefined, 1)}\n`;

/** Functions' files from such a text. `name` is what Problems call it. Fails with BadInterceptor where it is none, or something is wrong with a file in it. */
export async function unpackCode(name: string, text: string): Promise<Checked<Code>> {
  const files = text.length > mostPacked ? undefined : filesIn(text);
  if (files === undefined) {
    const message = "The entry is none that holds functions: JSON with each file's text by its path. `portico add` writes one.";
    return failed(error("BadInterceptor", wholeFile(name), message));
  }
  // What reads programs is large, and nearly nobody needs it.
  const { readCode } = await import("./read-code.ts");
  const code = new Map<string, CodeFile>();
  const problems: Problem[] = [];
  for (const [path, content] of Object.entries(files)) {
    const read = readCode(`${name}/${path}`, path, content);
    problems.push(...read.problems);
    if (!read.ok) continue;
    code.set(path, read.value.file);
    const missing = read.value.imports.find((one) => !Object.hasOwn(files, one));
    if (missing !== undefined)
      problems.push(
        error("BadInterceptor", wholeFile(`${name}/${path}`), `It takes in ${missing}, which is not among the files. Add that.`),
      );
  }
  return checked(code, problems);
}

function filesIn(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return packed.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
