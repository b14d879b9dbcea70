import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { error, wholeFile } from "../../problem.ts";
import { functionNamed } from "../../text/code.ts";
import { failure } from "../failure.ts";
import { functions, test, types } from "./interceptor-texts.ts";

const typesFile = "portico.d.ts";

/** Writes a file with functions, its types and its test, and says on stdout which; the exit code. Where one is there already, nothing is written but the types. */
export async function writeInterceptor(file: string): Promise<number> {
  const name = basename(file);
  if (!name.endsWith(".ts") || functionNamed(`./${name}`) === undefined)
    return failure([error("BadInterceptor", wholeFile(file), "The file is none that holds functions. Name one that ends with .ts.")]);
  const folder = dirname(file);
  const testFile = join(folder, name.replace(/\.ts$/, ".test.ts"));
  const there = [file, testFile].find((one) => existsSync(one));
  if (there !== undefined)
    return failure([error("BadInterceptor", wholeFile(there), "The file is there already. Name another, or take it away first.")]);
  await mkdir(folder, { recursive: true });
  const written: readonly (readonly [path: string, text: string])[] = [
    [file, functions(typesFile)],
    [testFile, test(name, typesFile)],
    [join(folder, typesFile), types],
  ];
  for (const [path, text] of written) await writeFile(path, text);
  process.stdout.write(written.map(([path]) => `${path}\n`).join(""));
  process.stderr.write(
    `Name them in a document of the same folder: x-portico: {interceptors: {request: ./${name}#check, response: ./${name}#shape}}\n`,
  );
  return 0;
}
