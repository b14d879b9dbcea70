import type { Problem } from "../problem.ts";
import type { BuildOptions } from "./build.ts";
import { containerEnvironment } from "./container-environment.ts";
import { mocksOfBuild } from "./mocks-of-build.ts";
import { compileFolder, prepareGateway } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import { plural } from "./reports/reading-order.ts";
import { writeGateway } from "./write-gateway.ts";

/** Compiles documents and writes the gateway's files; the exit code. */
export async function buildGateway(documents: readonly string[], { resources, refs, mock, out, force }: BuildOptions): Promise<number> {
  const prepared = await prepareGateway({ documents, resources, references: refs }, { mock, credentials: "fail" });
  if (!prepared.ok) return failure(prepared.problems);
  const mocks = mocksOfBuild(prepared.value.apis);
  reportProblems([...prepared.problems, ...mocks.problems], prepared.value.files, process.stderr);
  if (!mocks.ok) return 1;
  const { files, manifest } = compileFolder(prepared.value, { ...containerEnvironment, mockSocket: mocks.value });
  const written = await writeGateway(out, files, force);
  if (!written.ok) return failure(written.problems);
  const operations = manifest.apis.reduce((sum, api) => sum + api.operations, 0);
  process.stderr.write(
    `${plural(operations, "operation")} in ${plural(files.size, "file")} in ${out}; input hash ${manifest.inputHash.slice(0, 12)}.\n`,
  );
  return 0;
}

function failure(problems: readonly Problem[]): number {
  reportProblems(problems, [], process.stderr);
  return 1;
}
