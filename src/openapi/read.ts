import { type Checked, checked, error, failed, type Problem } from "../problem.ts";
import { child, elements, isObject, members, type Node, placeOf, root } from "../text/node.ts";
import { checkGrammar } from "./check-grammar.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "./document.ts";
import { grammars } from "./grammar.ts";
import { type DocumentFiles, follow, refOf } from "./references.ts";
import { schemesOf, securityOf } from "./security.ts";
import { serversOf, swaggerServers } from "./servers.ts";
import { type Format, formatOf } from "./version.ts";

const methods = ["get", "put", "post", "delete", "options", "head", "patch"];
const methodsOf: Readonly<Record<Format, readonly string[]>> = {
  "2.0": methods,
  "3.0": [...methods, "trace"],
  "3.1": [...methods, "trace"],
  "3.2": [...methods, "trace", "query"],
};

/**
 * An OpenAPI document from its files. Fails with what is wrong in its form: NotOpenApi, UnknownVersion, WrongType, DanglingRef,
 * RefCycle, NoOperations. Problems in what only describes are warnings.
 */
export function readDocument(files: DocumentFiles): Checked<OpenApiDocument> {
  const node = root(files.root);
  const format = formatOf(node);
  if (!format.ok) return format;
  const problems = checkGrammar(files, grammars[format.value], node);
  if (problems.some((problem) => problem.severity === "error")) return { ok: false, problems };
  const paths = pathsOf(files, node, format.value);
  if (paths.every((path) => path.operations.length === 0)) return failed(...problems, noOperations(node));
  const referring = paths.flatMap((path) => path.operations.filter((operation) => child(operation.node, "$ref").value !== undefined));
  if (referring.length > 0) return failed(...problems, ...referring.map((operation) => operationReference(operation.node)));
  const document: OpenApiDocument = {
    format: format.value,
    files,
    root: node,
    follow: remembering(files),
    title: text(child(child(node, "info"), "title").value),
    version: text(child(child(node, "info"), "version").value),
    servers: format.value === "2.0" ? swaggerServers(node) : (serversOf(node) ?? []),
    security: securityOf(node),
    schemes: schemesOf(files, node, format.value),
    paths,
  };
  return checked(document, problems);
}

/** Follows references and remembers where each leads: mocks ask for the same schemas again and again. */
function remembering(files: DocumentFiles): OpenApiDocument["follow"] {
  const known = new WeakMap<object, Node>();
  return (from) => {
    if (!isObject(from.value) || refOf(from) === undefined) return from;
    const before = known.get(from.value);
    if (before !== undefined) return before;
    const target = follow(files, from);
    const found = target.ok ? target.value : { ...from, value: undefined };
    known.set(from.value, found);
    return found;
  };
}

/** Scalars that people write without quotes: `version: 1.0` is the number 1, and no version is a boolean. */
function text(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** An operation is no place for a reference (OpenAPI 3.1, section 4.8.10): what it refers to, its security too, would be left out. */
const operationReference = (node: Node): Problem =>
  error(
    "UnknownField",
    placeOf(child(node, "$ref")),
    "An operation cannot be a reference. Write the operation here, or refer to the whole path item.",
  );

function noOperations(node: Node): Problem {
  const paths = child(node, "paths");
  return error("NoOperations", placeOf(paths), "The document has no operation under `paths`. Write one, such as `/pets: {get: ...}`.");
}

function pathsOf(files: DocumentFiles, document: Node, format: Format): readonly DocumentPath[] {
  return members(child(document, "paths")).flatMap(([key, where]) => {
    if (key.startsWith("x-")) return [];
    const item = follow(files, where);
    return item.ok
      ? [{ key, where, node: item.value, servers: serversOf(item.value), operations: operationsOf(item.value, document, format) }]
      : [];
  });
}

function operationsOf(item: Node, document: Node, format: Format): readonly DocumentOperation[] {
  const fixed = methodsOf[format].map((name) => [name.toUpperCase(), child(item, name)] as const);
  const additional = format === "3.2" ? members(child(item, "additionalOperations")) : [];
  return [...inTextOrder(item, fixed), ...additional].flatMap(([method, node]) =>
    isObject(node.value)
      ? [
          {
            method,
            id: text(child(node, "operationId").value),
            node,
            servers: serversOf(node),
            security: securityOf(node),
            produces: strings(child(node, "produces")) ?? strings(child(document, "produces")) ?? [],
          },
        ]
      : [],
  );
}

/** The methods as the author ordered them, so that tables read like the document. */
function inTextOrder<T extends readonly [string, Node]>(item: Node, named: readonly T[]): readonly T[] {
  const order = members(item).map(([key]) => key.toUpperCase());
  return named.filter(([, node]) => node.value !== undefined).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

function strings(node: Node): readonly string[] | undefined {
  return Array.isArray(node.value) ? elements(node).flatMap(({ value }) => (typeof value === "string" ? [value] : [])) : undefined;
}
