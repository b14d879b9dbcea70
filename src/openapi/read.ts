import { type Checked, checked, error, failed, type Problem } from "../problem.ts";
import { child, elements, isObject, members, type Node, placeOf, root } from "../text/node.ts";
import { checkGrammar } from "./check-grammar.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "./document.ts";
import { grammars } from "./grammar.ts";
import { type DocumentFiles, follow, refOf, wayOf } from "./references.ts";
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
 * An OpenAPI document from its files. Fails with what is wrong in its form: NotOpenApi, UnknownVersion, WrongType, UnknownField, DanglingRef,
 * RefCycle, NoOperations. Problems in what only describes are warnings.
 */
export function readDocument(files: DocumentFiles): Checked<OpenApiDocument> {
  const { document, problems } = surveyDocument(files);
  return document === undefined ? failed(...problems) : checked(document, problems);
}

/** What is wrong with the form of a document, and as much of it as can be read all the same: that may be wrong in other ways, too. */
export interface Survey {
  /** Undefined where it is no OpenAPI document. */
  readonly document: OpenApiDocument | undefined;
  readonly problems: readonly Problem[];
}

export function surveyDocument(files: DocumentFiles): Survey {
  const node = root(files.root);
  const format = formatOf(node);
  if (!format.ok) return { document: undefined, problems: format.problems };
  const problems = [...checkGrammar(files, grammars[format.value], node)];
  const paths = pathsOf(files, node, format.value);
  problems.push(...paths.flatMap((path) => [...path.operations.flatMap(({ node: at }) => operationReference(at)), ...writtenTwice(path)]));
  if (format.value === "3.2") problems.push(...paths.flatMap(({ items }) => items.flatMap(additionalMethods)));
  const isWhole = (files.unread?.size ?? 0) === 0 && problems.every((problem) => problem.severity === "warning");
  if (isWhole && paths.every((path) => path.operations.length === 0)) problems.push(noOperations(node));
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
  return { document, problems };
}

/** Follows references and remembers where each leads: mocks ask for the same schemas again and again. */
function remembering(files: DocumentFiles): OpenApiDocument["follow"] {
  const known = new Map<object, Node>();
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
function operationReference(node: Node): readonly Problem[] {
  const reference = child(node, "$ref");
  if (reference.value === undefined) return [];
  return [
    error(
      "UnknownField",
      placeOf(reference),
      "An operation cannot be a reference. Write the operation here, or refer to the whole path item.",
    ),
  ];
}

/** Methods beside those with fields of their own that Envoy takes over HTTP/1.1; whether to take others is unfinished there (envoy: allow_custom_methods). */
const additional: ReadonlySet<string> = new Set([
  ...[
    "ACL",
    "BIND",
    "CHECKOUT",
    "COPY",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "NOTIFY",
    "PROPFIND",
    "PROPPATCH",
  ],
  ...["PURGE", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE"],
]);

/** Methods beside those that have fields of their own, with the capitals that they are sent with (OpenAPI 3.2, section 4.9.1). */
function additionalMethods(item: Node): readonly Problem[] {
  return members(child(item, "additionalOperations")).flatMap(([method, node]) => {
    if (additional.has(method)) return [];
    const hasField = methodsOf["3.2"].includes(method.toLowerCase());
    const message = hasField
      ? `\`${method}\` has a field of its own. Write it as \`${method.toLowerCase()}\`, beside \`additionalOperations\`.`
      : `\`${method.slice(0, 80)}\` is no method that a gateway takes. There are ${[...additional].map((one) => `\`${one}\``).join(", ")}, in capitals.`;
    return [error("WrongValue", placeOf(node), message)];
  });
}

/** What a path item says itself, and what its `$ref` leads to says again: which of the two counts is undefined (OpenAPI 3.1, section 4.8.9). */
function writtenTwice({ items }: DocumentPath): readonly Problem[] {
  const methods = (item: Node): ReturnType<typeof members> => [
    ...members(item).filter(([key]) => methodsOf["3.2"].includes(key)),
    ...members(child(item, "additionalOperations")),
  ];
  return items.flatMap((item, index) => {
    const again = new Set(items.slice(index + 1).flatMap((referred) => methods(referred).map(([method]) => method)));
    return methods(item).flatMap(([method, member]) =>
      again.has(method)
        ? [error("WrongValue", placeOf(member), `\`${method}\` stands here and in the path item that \`$ref\` leads to. Keep one of them.`)]
        : [],
    );
  });
}

function noOperations(node: Node): Problem {
  const paths = child(node, "paths");
  return error("NoOperations", placeOf(paths), "The document has no operation under `paths`. Write one, such as `/pets: {get: ...}`.");
}

function pathsOf(files: DocumentFiles, document: Node, format: Format): readonly DocumentPath[] {
  return members(child(document, "paths")).flatMap(([key, where]) => {
    if (key.startsWith("x-")) return [];
    const way = wayOf(files, where);
    const items = way.ok ? way.value : [where];
    return [
      {
        key,
        where,
        items,
        servers: items.map(serversOf).find((servers) => servers !== undefined),
        operations: firstOfEachMethod(items.flatMap((item) => operationsOf(item, document, format))),
      },
    ];
  });
}

const firstOfEachMethod = (operations: readonly DocumentOperation[]): readonly DocumentOperation[] =>
  operations.filter(({ method }, index) => operations.findIndex((one) => one.method === method) === index);

function operationsOf(item: Node, document: Node, format: Format): readonly DocumentOperation[] {
  // As the author ordered them, so that tables read like the document.
  const fixed = members(item).flatMap(([key, node]) => (methodsOf[format].includes(key) ? [[key.toUpperCase(), node] as const] : []));
  const additional = format === "3.2" ? members(child(item, "additionalOperations")) : [];
  return [...fixed, ...additional].flatMap(([method, node]) =>
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

function strings(node: Node): readonly string[] | undefined {
  return Array.isArray(node.value) ? elements(node).flatMap(({ value }) => (typeof value === "string" ? [value] : [])) : undefined;
}
