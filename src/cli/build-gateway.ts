import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { containerEnvironment } from "../compile/container-environment.ts";
import { mocksOfBuild } from "../compile/envoy/mocks-of-build.ts";
import { type GatewayFolder, imagePart } from "../compile/gateway-folder.ts";
import { filesHash } from "../image/files-hash.ts";
import { isPacked, unpackProject } from "../image/project/pack.ts";
import { projectFiles, readProject } from "../image/project/project.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { publishedApis } from "../resolve/gateway.ts";
import { followIssuers } from "../source/issuers.ts";
import type { BuildOptions } from "./build.ts";
import { sourcePaths } from "./document-options.ts";
import { failure } from "./failure.ts";
import { engine, folderOf, prepareGateway } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import { plural } from "./reports/reading-order.ts";
import { tracesOf } from "./trace-options.ts";
import { version } from "./version.ts";
import { writeFolder, writeGateway } from "./write-gateway.ts";

/** Compiles documents, or a project, and writes what was asked for; the exit code. */
export const build = (documents: readonly string[], options: BuildOptions): Promise<number> =>
  options.fromProject === undefined ? buildDocuments(documents, options) : buildProject(options.fromProject, options);

async function buildDocuments(documents: readonly string[], options: BuildOptions): Promise<number> {
  const { mock, out, project, force, ratelimit } = options;
  const issuers = followIssuers();
  const prepared = await prepareGateway(
    sourcePaths(documents, options),
    // A project is not one environment's.
    { mock, credentials: "fail", ...(out === undefined ? {} : { countsGlobally: ratelimit !== undefined }) },
    { unchecked: "warning", issuers },
  );
  issuers.close();
  if (!prepared.ok) return failure(prepared.problems);
  const mocks = mocksOfBuild(prepared.value.apis);
  reportProblems([...prepared.problems, ...mocks.problems], prepared.value.files, process.stderr);
  if (!mocks.ok) return 1;
  const apis = publishedApis(prepared.value.apis);
  if (project !== undefined) {
    const files = projectFiles(apis, engine.name);
    const written = await writeFolder(project, files, "gateway.yaml", force);
    if (!written.ok) return failure(written.problems);
    process.stderr.write(`A project of ${plural(files.size, "file")} in ${project}.\n`);
  }
  if (out === undefined) return 0;
  const gateway = folderOf(apis, {
    ...containerEnvironment,
    mockSocket: mocks.value,
    limitsService: ratelimit,
    traces: tracesOf(options),
    values: prepared.value.values,
  });
  return said(await writeGateway(out, gateway.files, force), gateway, gateway.files.size, out);
}

async function buildProject(project: string, { out = "", force, expect }: BuildOptions): Promise<number> {
  const packed = await unpacked(project);
  if (!packed.ok) return failure(packed.problems);
  const apis = readProject((path) => (packed.value === undefined ? readOptional(join(project, path)) : packed.value.get(path)));
  if (!apis.ok)
    return failure(
      apis.problems.map((problem) => ({ ...problem, where: { ...problem.where, source: join(project, problem.where.source) } })),
    );
  const gateway = folderOf(apis.value, containerEnvironment);
  const files = imagePart(gateway.files);
  if (expect !== undefined && filesHash(files) !== expect) return failure([otherFiles(project)]);
  return said(await writeFolder(out, files, "image/manifest.json", force), gateway, files.size, out);
}

const otherFiles = (project: string): Problem =>
  error(
    "BadProject",
    wholeFile(project),
    `Portico ${version} makes other files of this project than were asked for. Build with the toolkit's image of the version that asks for them.`,
  );

/** The files of a project that came packed; undefined where it lies open. */
async function unpacked(project: string): Promise<Checked<ReadonlyMap<string, string> | undefined>> {
  try {
    const names = readdirSync(project);
    return checked(isPacked(names) ? await unpackProject(names, (name) => readFileSync(join(project, name))) : undefined, []);
  } catch {
    return failed(
      error("BadProject", wholeFile(project), "The folder cannot be read, or its packed project is not whole. Write the project anew."),
    );
  }
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Says what was written, or why nothing was; the exit code. */
function said(written: Checked<void>, { manifest }: GatewayFolder, files: number, out: string): number {
  if (!written.ok) return failure(written.problems);
  const operations = manifest.apis.reduce((sum, api) => sum + api.operations, 0);
  process.stderr.write(
    `${plural(operations, "operation")} in ${plural(files, "file")} in ${out}; input hash ${manifest.inputHash.slice(0, 12)}.\n`,
  );
  return 0;
}
