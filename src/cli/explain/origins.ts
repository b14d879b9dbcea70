import type { z } from "zod";
import { readResources } from "../../api/resource.ts";
import { documentExtension, operationExtension } from "../../api/x-portico.ts";
import type { Operation } from "../../model/api.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "../../openapi/document.ts";
import type { Problem } from "../../problem.ts";
import { type Extension, pathExtensions, readExtension } from "../../resolve/extension.ts";
import type { ResolvedApi } from "../../resolve/gateway.ts";
import { saidTimeout } from "../../resolve/timeout.ts";
import { child, type Node, type SourceFile } from "../../text/node.ts";

type Fields = z.infer<typeof operationExtension>;

/** Where a document or resource says what holds for an operation; undefined where nothing says it and a default holds. */
export interface Origins {
  /** A field of `x-portico`, or the key of WSO2's that was translated to it, at the innermost level that says it. */
  extension(key: keyof Fields): Node | undefined;
  /** The key under `paths`. */
  readonly path: Node | undefined;
  /** What names the backend: an extension, or a server. */
  readonly backend: Node | undefined;
  /** What says the backend's addresses: a TargetEndpoint, or what names it. */
  readonly targets: Node | undefined;
  /** What says how alone the API may be called. */
  readonly transport: Node | undefined;
  readonly timeout: Node | undefined;
  readonly retry: Node | undefined;
  /** What asks for a credential, or for none. */
  readonly security: Node | undefined;
}

/** Looks for the origins of an operation, the way resolve took them. */
export function originsOf({ document }: ResolvedApi, operation: Operation, resourceFiles: readonly SourceFile[]): Origins {
  const { path, written } = placed(document, operation);
  const problems: Problem[] = [];
  const whole = { document, version: document.version ?? "0", problems };
  const documentLevel = readExtension("document", documentExtension, document.root, whole);
  const levels: readonly (Extension<Fields> | undefined)[] = [
    written && readExtension("operation", operationExtension, written.node, whole),
    ...(path ? pathExtensions(path, whole) : []),
    documentLevel,
  ];
  const extension = (key: keyof Fields): Node | undefined => levels.find((level) => level?.fields[key] !== undefined)?.at(key);
  const backend = extension("backend");
  const endpoint =
    operation.answer.kind === "backend" ? endpointNode(operation.answer.backends[0]?.backend ?? "", resourceFiles) : undefined;
  const server = (written?.servers ?? path?.servers ?? document.servers)[0]?.where;
  const requirement = (written?.security ?? document.security)?.[0]?.where;
  return {
    extension,
    path: path?.where,
    backend: backend ?? server,
    targets:
      existing(endpoint, "spec", "urls") ??
      existing(endpoint, "spec", "url") ??
      existing(endpoint, "spec", "targets") ??
      existing(backend, "urls") ??
      existing(backend, "url") ??
      backend ??
      server,
    transport: documentLevel?.fields.transports === undefined ? undefined : documentLevel.at("transports"),
    timeout: saidTimeout(levels)?.where ?? existing(endpoint, "spec", "timeout"),
    retry: extension("retry") ?? existing(backend, "retry") ?? existing(endpoint, "spec", "retry"),
    security: requirement ?? existing(written?.node, "security") ?? existing(document.root, "security"),
  };
}

function placed(
  document: OpenApiDocument,
  { where }: Operation,
): { readonly path: DocumentPath | undefined; readonly written: DocumentOperation | undefined } {
  for (const path of document.paths) {
    const written = path.operations.find(({ node }) => node.pointer === where.pointer && node.file.name === where.source);
    if (written !== undefined) return { path, written };
  }
  return { path: undefined, written: undefined };
}

function endpointNode(name: string, files: readonly SourceFile[]): Node | undefined {
  return readResources(files).value.targetEndpoints.get(name)?.node;
}

/** The member at the end of a way of keys; undefined where there is none. */
function existing(node: Node | undefined, ...keys: readonly string[]): Node | undefined {
  const end = keys.reduce<Node | undefined>((at, key) => at && child(at, key), node);
  return end?.value === undefined ? undefined : end;
}
