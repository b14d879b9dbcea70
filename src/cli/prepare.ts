import { existsSync } from "node:fs";
import { objectFiles } from "../api/resource.ts";
import { pageLibrary } from "../apply/page-library.ts";
import { containerEnvironment } from "../compile/container-environment.ts";
import type { Engine, Environment, GatewayFiles } from "../compile/engine.ts";
import { envoy } from "../compile/envoy/engine.ts";
import { type GatewayFolder, gatewayFolder, shownFiles } from "../compile/gateway-folder.ts";
import type { CompiledApi } from "../compile/manifest.ts";
import { patchProblems, patchProblemsAnywhere } from "../compile/patch-problems.ts";
import { type ApiModel, isPublished } from "../model/api.ts";
import { backendReferences } from "../model/backend.ts";
import { modelReferences } from "../model/references.ts";
import { type ValueReference, valueName, valueReferences } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import { type Checked, checked, failed, type Problem } from "../problem.ts";
import { publishedApis, type ResolvedApi } from "../resolve/gateway.ts";
import type { ResolveSettings } from "../resolve/settings.ts";
import { valueProblems, withLastGood } from "../resolve/values.ts";
import { type GatewaySources, loadSources, type SourcePaths } from "../source/gateway.ts";
import type { Issuers } from "../source/issuers.ts";
import { loadValues } from "../source/values.ts";
import type { SourceFile } from "../text/node.ts";
import { takenFrom } from "./last-good.ts";

/** The gateway that documents and resources make, and the texts it was read from. */
export interface PreparedGateway {
  readonly apis: readonly ResolvedApi[];
  /** The resources that they were resolved with. */
  readonly resources: readonly SourceFile[];
  readonly files: readonly SourceFile[];
  /** What credentials are checked with. */
  readonly values: Values;
  /** What is wrong with sources in whose place those of before serve on; none where all are served as they are. */
  readonly untaken: readonly Problem[];
}

/** What a command says beside what people do. */
export interface Preparation {
  /** Is told each file and folder that the gateway depends on. */
  readonly noticed?: (path: string) => void;
  /**
   * How bad it is that something which credentials are checked with is missing or wrong: as a warning, those credentials are refused, and the rest can serve.
   * Left out where no gateway starts: then only what is there must be right.
   */
  readonly unchecked?: Problem["severity"];
  /** What serves so far: it stands in for what is no good any longer. Left out where nothing serves yet. */
  readonly before?: PreparedGateway;
  /** Whom issuers are asked by, where their own word says where their keys are; left out where no gateway is made. */
  readonly issuers?: Issuers;
  /** Securities that nobody wrote. */
  readonly added?: ((sources: GatewaySources) => readonly SourceFile[]) | undefined;
}

/** The way from files to models, as every command goes it: source, resolve. All Problems on it come together, warnings of a success too. */
export async function prepareGateway(
  paths: SourcePaths,
  settings: ResolveSettings,
  { noticed, unchecked, before, issuers, added }: Preparation = {},
): Promise<Checked<PreparedGateway>> {
  const read = await loadSources(paths, noticed);
  const sources = { ...read, resources: [...read.resources, ...(added?.(read) ?? [])].flatMap(objectFiles) };
  const found = takenFrom(sources, settings, before, (file) => !existsSync(file));
  if (!found.ok) return found;
  const { apis, resources, untaken } = found.value;
  const files = [...sources.documents.flatMap(({ files: own }) => [own.root, ...own.files.values()]), ...read.resources];
  const models = apis.map(({ model }) => model);
  const patches = patchesOf(models);
  if (!patches.ok) return failed(...found.problems, ...patches.problems);
  const references = modelReferences(models);
  const values = await loadValues(resources, references, { noticed, issuers });
  const judged = unchecked === undefined ? models.map(givenIn(values)) : models;
  const severity = unchecked ?? (settings.credentials === "fail" ? "error" : "warning");
  const missing = valueProblems(judged, values, () => severity, before?.values);
  const kept = withLastGood(models, values, before?.values);
  return checked({ apis, resources, files, values: kept, untaken }, [...found.problems, ...patches.problems, ...missing]);
}

/** Whether patches of models can be made, as far as that can be said where the gateway's environment is not known. */
export function patchesOf(models: readonly ApiModel[]): Checked<void> {
  const problems = patchProblemsAnywhere(engine.refusedPatches(models, containerEnvironment));
  return problems.some(({ severity }) => severity === "error") ? failed(...problems) : checked(undefined, problems);
}

/** A model with those verifiers and backends alone whose Secrets and files are all there: the others are of an environment that is elsewhere. */
const givenIn = (values: Values) => {
  const areThere = (references: readonly ValueReference[]): boolean => references.every((one) => values.has(valueName(one)));
  return (model: ApiModel): ApiModel => ({
    ...model,
    verifiers: model.verifiers.filter((verifier) => areThere(valueReferences([verifier]))),
    backends: model.backends.filter((backend) => areThere(backendReferences(backend))),
  });
};

/** The same gateway with what its issuers say of themselves now. */
export async function withIssuers({ value }: Succeeded, issuers: Issuers): Promise<Checked<PreparedGateway>> {
  const verifiers = value.apis.flatMap(({ model }) => model.verifiers);
  const asked = valueReferences(verifiers).filter(({ kind }) => kind === "issuer");
  return checked({ ...value, values: new Map([...value.values, ...(await loadValues([], asked, { issuers }))]) }, []);
}

type Succeeded = Extract<Checked<PreparedGateway>, { ok: true }>;

export const engine: Engine = envoy;

/** The gateway's files for an environment that serves. Fails with what of patches cannot be made there. */
export function compileGateway({ apis, values }: PreparedGateway, environment: Environment): Checked<GatewayFiles> {
  const shown = apis.filter(({ model }) => model.operations.some(({ answer }) => isPublished(answer)));
  const models = apis.map(({ model }) => model);
  const here = { ...environment, values };
  const files = new Map([...engine.compile(models, here), ...shownFiles(publishedApis(shown), pageLibrary)]);
  return checked(files, patchProblems(engine.refusedPatches(models, here)));
}

/** A gateway's whole folder for an environment, with what an image says of itself. */
export const folderOf = (apis: readonly CompiledApi[], environment: Environment): GatewayFolder =>
  gatewayFolder(engine, apis, environment, pageLibrary);
