import type { z } from "zod";
import type { Resources } from "../api/resource.ts";
import { documentExtension, operationExtension, pathExtension } from "../api/x-portico.ts";
import type { ApiModel, Backend, Operation } from "../model/api.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "../openapi/document.ts";
import { type Checked, checked, error, type Place, type Problem } from "../problem.ts";
import { locate } from "../text/locate.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { type Destination, namedDestination, serverDestination } from "./backends.ts";
import { withoutTwins } from "./clashes.ts";
import { type Extension, readExtension } from "./extension.ts";
import { missingSecurity } from "./missing-security.ts";
import { isMocked, resolveOperation } from "./operation.ts";
import { parsePathKey } from "./path-key.ts";
import { parseServerUrl } from "./server-url.ts";
import type { ResolveSettings } from "./settings.ts";

type Fields = z.infer<typeof operationExtension>;

/** One level's fields, and where each is said. */
interface Level {
  readonly scope: string;
  readonly extension: Extension<Fields> | undefined;
}

/** What the document as a whole settles for its operations. */
interface Whole {
  readonly document: OpenApiDocument;
  readonly resources: Resources;
  readonly settings: ResolveSettings;
  readonly version: string;
  readonly basePath: string;
  readonly level: Level;
  readonly problems: Problem[];
}

/**
 * A document and resources as one API with nothing left to look up; or the Problems that prevent it, all at once.
 * Pure: the same values in, the same model out.
 */
export function resolveApi(document: OpenApiDocument, resources: Resources, settings: ResolveSettings): Checked<ApiModel> {
  const problems: Problem[] = [];
  const version = document.version ?? "0";
  const extension = readExtension("document", documentExtension, document.root, { document, version, problems });
  const { path: basePath } = parseServerUrl(extension?.fields.basePath ?? document.servers[0]?.url ?? "");
  const whole: Whole = { document, resources, settings, version, basePath, level: { scope: "document", extension }, problems };
  const resolved = uniqueIds(document).flatMap((path) => pathOperations(whole, path));
  const place = placesOf(document);
  const operations = withoutTwins(
    resolved.map(({ operation }) => operation),
    place,
    problems,
  );
  if (operations.length === 0 && !problems.some((problem) => problem.severity === "error")) {
    problems.push(error("NoOperations", placeOf(child(document.root, "paths")), "Every operation is disabled. Leave one enabled."));
  }
  problems.push(...missingSecurity(document, operations, settings));
  const model: ApiModel = {
    name: extension?.fields.name ?? nameFrom(document.title ?? document.root.file.name),
    title: document.title ?? document.root.file.name,
    version,
    hosts: [...new Set(extension?.fields.hosts?.map((host) => host.toLowerCase()))],
    basePath,
    operations,
    backends: usedBackends(resolved, operations),
  };
  return checked(model, problems);
}

/** Where an operation is written: its lines are looked for only when somebody asks. */
export function placesOf(document: OpenApiDocument): (operation: Operation) => Place {
  const { root, files } = document.files;
  return ({ where }) => locate(where.source === root.name ? root : (files.get(where.source) ?? root), where.pointer);
}

/** A name for images and workloads (RFC 1123, section 2.1: a label of at most 63 characters). */
function nameFrom(title: string): string {
  const words = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return words.slice(0, 63).replaceAll(/^-+|-+$/g, "") || "api";
}

interface NamedPath {
  readonly path: DocumentPath;
  readonly operations: readonly { readonly written: DocumentOperation; readonly id: string }[];
}

/** The operations with ids that are theirs alone: one whose operationId was taken before goes by its method and path. */
function uniqueIds(document: OpenApiDocument): readonly NamedPath[] {
  const taken = new Set<string>();
  const uniqueId = (path: DocumentPath, { id, method }: DocumentOperation): string => {
    const unique = id === undefined || taken.has(id) ? `${method} ${path.key}` : id;
    taken.add(unique);
    return unique;
  };
  return document.paths.map((path) => ({ path, operations: path.operations.map((written) => ({ written, id: uniqueId(path, written) })) }));
}

interface Resolved {
  readonly operation: Operation;
  readonly backend: Backend | undefined;
}

function pathOperations(whole: Whole, { path, operations }: NamedPath): readonly Resolved[] {
  const { problems, basePath, settings, document } = whole;
  const key = parsePathKey(path.key);
  if (!key.ok) {
    problems.push(error("BadPath", placeOf(path.where), key.message));
    return [];
  }
  const pathLevel: Level = { scope: path.key, extension: readExtension("path", pathExtension, path.node, whole) };
  const methods = path.operations.map(({ method }) => method);
  return operations.flatMap(({ written, id }) => {
    const level: Level = {
      scope: `${written.method} ${path.key}`,
      extension: readExtension("operation", operationExtension, written.node, whole),
    };
    const levels = [level, pathLevel, whole.level];
    const fields: Fields = { ...whole.level.extension?.fields, ...pathLevel.extension?.fields, ...level.extension?.fields };
    if (fields.disabled === true) return [];
    const destination = isMocked(fields, settings) ? undefined : destinationOf(whole, levels, path, written);
    const operation = resolveOperation({
      document,
      written,
      id,
      template: basePath + path.key,
      path: key.template,
      query: key.query,
      fields,
      destination,
      methods,
      settings,
    });
    return operation === undefined ? [] : [{ operation, backend: destination?.backend }];
  });
}

/** The innermost level that names a backend decides; where none does, the innermost that has servers. */
function destinationOf(whole: Whole, levels: readonly Level[], path: DocumentPath, written: DocumentOperation): Destination | undefined {
  const { problems, resources, document, basePath } = whole;
  const said = levels.find(({ extension }) => extension?.fields.backend !== undefined);
  if (said?.extension?.fields.backend !== undefined)
    return namedDestination(said.extension.fields.backend, said.extension.at("backend"), said.scope, resources, problems);
  const [operationLevel, pathLevel, documentLevel] = levels.map(({ scope }) => scope);
  const own = written.servers ?? path.servers;
  const scope = written.servers ? operationLevel : path.servers ? pathLevel : documentLevel;
  const servers = own ?? document.servers;
  const destination = serverDestination(servers, scope ?? "document", basePath);
  if (destination === undefined) noBackend(problems, servers[0]?.where ?? document.root, servers[0]?.url);
  return destination;
}

/** Said once for each server that does not serve, not for each operation. */
function noBackend(problems: Problem[], at: Node, url: string | undefined): void {
  const where = placeOf(at);
  if (
    problems.some(
      (problem) =>
        problem.where.pointer === where.pointer && problem.where.source === where.source && /^(NoBackend|BadServer)$/.test(problem.reason),
    )
  )
    return;
  const advice = "Write `x-portico: {backend: {url: http://...}}`, name a TargetEndpoint there, or answer from the document with --mock.";
  problems.push(
    url === undefined
      ? error("NoBackend", where, `The document names no server, so nothing says where requests go. ${advice}`)
      : error(
          "BadServer",
          where,
          `Requests can't be sent to the server \`${url.slice(0, 100)}\`: it is no absolute http or https URL. ${advice}`,
        ),
  );
}

/** The backends that operations are left for, each once, in the order of their first use. */
function usedBackends(resolved: readonly Resolved[], operations: readonly Operation[]): readonly Backend[] {
  const kept = new Set(operations);
  const used = new Map<string, Backend>();
  for (const { operation, backend } of resolved)
    if (backend !== undefined && kept.has(operation) && !used.has(backend.name)) used.set(backend.name, backend);
  return [...used.values()];
}
