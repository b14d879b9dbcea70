import type { z } from "zod";
import type { Resources } from "../api/resource.ts";
import { documentExtension, operationExtension, pathExtension } from "../api/x-portico.ts";
import type { ApiModel, Backend, Operation } from "../model/api.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "../openapi/document.ts";
import { type Checked, checked, error, type Place, type Problem } from "../problem.ts";
import { locate } from "../text/locate.ts";
import { child, placeOf } from "../text/node.ts";
import { withoutTwins } from "./clashes.ts";
import { destinationOf } from "./destination.ts";
import { readExtension } from "./extension.ts";
import { missingSecurity } from "./missing-security.ts";
import { isMocked, resolveOperation } from "./operation.ts";
import { parsePathKey } from "./path-key.ts";
import { parseServerUrl } from "./server-url.ts";
import type { ResolveSettings } from "./settings.ts";
import type { Level, Whole } from "./whole.ts";

type Fields = z.infer<typeof operationExtension>;

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

/** The backends that operations are left for, each once, in the order of their first use. */
function usedBackends(resolved: readonly Resolved[], operations: readonly Operation[]): readonly Backend[] {
  const kept = new Set(operations);
  const used = new Map<string, Backend>();
  for (const { operation, backend } of resolved)
    if (backend !== undefined && kept.has(operation) && !used.has(backend.name)) used.set(backend.name, backend);
  return [...used.values()];
}
