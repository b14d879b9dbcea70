import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { transformSync } from "amaro";
import { parse } from "es-module-lexer/js";
import { type Checked, checked, error, failed, type Place, type Problem } from "../../problem.ts";
import { type CodeFile, isCode, isInside } from "../../text/code.ts";

/** A file of a program, and which others of its folder it takes in. */
export interface ReadCode {
  readonly file: CodeFile;
  readonly imports: readonly string[];
}

/**
 * Reads a file of TypeScript or JavaScript, as Node itself does where it leaves out the types (Node.js: "Modules: TypeScript"), or of JSON. `name` is what Problems call it,
 * `path` its place in the folder. Fails with BadInterceptor where it does not compile, or takes in what the folder does not have.
 */
export function readCode(name: string, path: string, text: string): Checked<ReadCode> {
  if (path.endsWith(".json")) return readJson(name, text);
  try {
    const { code } = transformSync(text, { mode: "strip-only" });
    if (code !== text && /\.m?js$/.test(path)) return failed(error("BadInterceptor", placeIn(name, text, 0), hasTypes));
    const [found, exports] = parse(code);
    const taken = found.flatMap((one) =>
      one.type === "import-meta" ? [] : [{ begin: one.importStart, specifier: specifierOf(one), isData: isData(one.attributes) }],
    );
    const imports = taken.map(({ specifier, isData }) => importOf(path, specifier, isData));
    const problems = imports.flatMap((one, index) =>
      one.kind === "wrong" ? [error("BadInterceptor", placeIn(name, text, taken[index]?.begin ?? 0), one.why)] : [],
    );
    const hasOthers = exports.some(({ type }) => type === "reexport-all");
    const names = hasOthers ? undefined : new Set(exports.flatMap((one) => ("name" in one ? [one.name] : [])));
    const files = imports.flatMap((one) => (one.kind === "file" ? [one.path] : []));
    return checked({ file: { text, exports: names }, imports: [...new Set(files)] }, problems);
  } catch (thrown) {
    return failed(doesNotCompile(name, thrown));
  }
}

const hasTypes = "The file has types, and its name says JavaScript. Let it end with .ts.";

const isData = (attributes: readonly (readonly [string, string])[] | null): boolean =>
  attributes?.some(([key, value]) => key === "type" && value === "json") === true;

/** Undefined where only running it tells. */
const specifierOf = (one: { readonly specifier: string | undefined; readonly glob?: boolean }): string | undefined =>
  one.glob === true ? undefined : one.specifier;

type Import =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "node" }
  | { readonly kind: "wrong"; readonly why: string };

function importOf(from: string, specifier: string | undefined, isData: boolean): Import {
  if (specifier === undefined) return { kind: "wrong", why: "What is taken in here is known only when it runs. Name the file itself." };
  if (isBuiltin(specifier)) return specifier.endsWith("sqlite") ? { kind: "wrong", why: noDatabase } : { kind: "node" };
  if (!specifier.startsWith(".")) return { kind: "wrong", why: isPackage(specifier, from) };
  const path = posix.join(posix.dirname(from), specifier);
  if (!isInside(path) || !isCode(path)) return { kind: "wrong", why: isNoFile(specifier) };
  return path.endsWith(".json") && !isData ? { kind: "wrong", why: isNoData(specifier) } : { kind: "file", path };
}

const noDatabase = "`node:sqlite` opens files, which functions may not. Leave it out.";
const isNoData = (specifier: string): string => `\`${specifier}\` is data. Take it in \`with { type: "json" }\`.`;

const isPackage = (specifier: string, from: string): string =>
  `\`${specifier}\` is a package, and none is taken along. Bundle it with your own code first (npx esbuild ${from} --bundle --platform=node --format=esm), and name what comes of that.`;

const isNoFile = (specifier: string): string =>
  `\`${specifier}\` is no file of the folder that the functions are in, with its whole name (\`./names.ts\`). Name one.`;

function readJson(name: string, text: string): Checked<ReadCode> {
  try {
    JSON.parse(text);
    return checked({ file: { text, exports: new Set(["default"]) }, imports: [] }, []);
  } catch {
    return failed(error("BadInterceptor", placeIn(name, text, 0), "The file is no JSON. Mend it."));
  }
}

/** The place of an offset in a text. */
function placeIn(source: string, text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { source, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, pointer: "" };
}

function doesNotCompile(source: string, thrown: unknown): Problem {
  const said = typeof thrown === "object" && thrown !== null ? thrown : {};
  const number = (key: string): number => Number(Reflect.get(said, key) ?? 0);
  const message = String(Reflect.get(said, "message") ?? "It is no module");
  const where = { source, line: number("startLine") || 1, column: number("startColumn") + 1, pointer: "" };
  return error("BadInterceptor", where, `The file does not compile: ${message.split("\n")[0]}. Mend it.`);
}
