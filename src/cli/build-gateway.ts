import type { Environment } from "../compile/engine.ts";
import { envoy } from "../compile/envoy/engine.ts";
import { gatewayManifest } from "../compile/manifest.ts";
import type { Problem } from "../problem.ts";
import type { BuildOptions } from "./build.ts";
import { mocksOfBuild } from "./mocks-of-build.ts";
import { compileGateway, prepareGateway } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import { plural } from "./reports/reading-order.ts";
import { writeGateway } from "./write-gateway.ts";

/** A container's: everybody may call, and the system's certification authorities are where Debian has them. */
const environment: Environment = {
  listener: { host: "0.0.0.0", port: 8080, tls: undefined },
  monitoring: { host: "0.0.0.0", port: 8081 },
  trustedHops: 0,
  mockSocket: undefined,
  trustedRoots: "/etc/ssl/certs/ca-certificates.crt",
  debug: false,
};

/** Compiles documents and writes the gateway's files; the exit code. */
export async function buildGateway(documents: readonly string[], { resources, refs, mock, out, force }: BuildOptions): Promise<number> {
  const prepared = await prepareGateway({ documents, resources, references: refs }, { mock, credentials: "fail" });
  if (!prepared.ok) return failure(prepared.problems);
  const mocks = mocksOfBuild(prepared.value.apis);
  reportProblems([...prepared.problems, ...mocks.problems], prepared.value.files, process.stderr);
  if (!mocks.ok) return 1;
  const models = prepared.value.apis.map(({ model }) => model);
  const compiled = compileGateway(prepared.value, { ...environment, mockSocket: mocks.value });
  const manifest = gatewayManifest(models, envoy.name);
  const files = new Map([...compiled, ["image/manifest.json", `${JSON.stringify(manifest, undefined, 2)}\n`] as const]);
  const written = await writeGateway(out, files, force);
  if (!written.ok) return failure(written.problems);
  const operations = models.reduce((sum, model) => sum + model.operations.length, 0);
  process.stderr.write(
    `${plural(operations, "operation")} in ${plural(files.size, "file")} in ${out}; input hash ${manifest.inputHash.slice(0, 12)}.\n`,
  );
  return 0;
}

function failure(problems: readonly Problem[]): number {
  reportProblems(problems, [], process.stderr);
  return 1;
}
