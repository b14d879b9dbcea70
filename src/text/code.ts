import { posix } from "node:path";

/** A file of a program, as it is written. */
export interface CodeFile {
  readonly text: string;
  /** The names that it gives away; undefined where other files' are among them, which only running it tells. */
  readonly exports: ReadonlySet<string> | undefined;
}

/** The files of a program, by their paths from the folder that they are in together: `auth.ts`, `lib/names.ts`. */
export type Code = ReadonlyMap<string, CodeFile>;

/** A function in one of them. */
export interface FunctionName {
  readonly path: string;
  /** What its file gives it away as. */
  readonly name: string;
}

/** A function as a person names it, `./auth.ts#check`; without a name it is the file's default. Undefined where that leads out of the folder, or to no program. */
export function functionNamed(text: string): FunctionName | undefined {
  const [file = "", name = "default"] = text.split("#");
  const path = posix.normalize(file);
  return isInside(path) && isProgram(path) ? { path, name } : undefined;
}

/** Whether a path stays in the folder, by plain names. */
export const isInside = (path: string): boolean => path.split("/").every((part) => /^[\w@+-][\w.@+-]*$/.test(part)) && path.length <= 200;

const isProgram = (path: string): boolean => /\.m?[jt]s$/.test(path) && !path.endsWith(".d.ts");

/** What a program may take in: other programs, and data. What says how programs are run is neither. */
export const isCode = (path: string): boolean => isProgram(path) || (path.endsWith(".json") && !/(?:^|\/)package\.json$/.test(path));
