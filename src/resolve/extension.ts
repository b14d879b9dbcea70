import type { z } from "zod";
import { checkShape } from "../api/check.ts";
import { notYet } from "../api/enforced.ts";
import { pathExtension } from "../api/x-portico.ts";
import type { DocumentPath, OpenApiDocument } from "../openapi/document.ts";
import { translate } from "../openapi/wso2/translate.ts";
import { error, type Place, type Problem } from "../problem.ts";
import { child, isObject, members, type Node, placeOf } from "../text/node.ts";
import { join } from "../text/pointer.ts";
import { isOneEditAway } from "../text/suggest.ts";
import type { ResolveSettings } from "./settings.ts";

/** What one level of a document says in its extension, and where it says each field: under `x-portico`, or in a key of WSO2's. */
export interface Extension<Fields> {
  /** Those that are right. */
  readonly fields: Fields;
  /** Whether a field is there, and not right. */
  readonly isWrong: (key: string) => boolean;
  /** Whether a key of WSO2's says a field. */
  readonly isForeign: (key: string) => boolean;
  readonly at: (key: string) => Node;
}

type PathFields = z.infer<typeof pathExtension>;

type Level = "document" | "path" | "operation";

/** The document that a level belongs to, and where its Problems are gathered. */
interface Whole {
  readonly document: OpenApiDocument;
  readonly version: string;
  readonly problems: Problem[];
  /** Left out where only what a document says is looked at. */
  readonly settings?: ResolveSettings;
}

/** The extension of a level. What is wrong with it, and what this version does not do yet, is added to `problems`. */
export function readExtension<Fields>(level: Level, schema: z.ZodType<Fields>, node: Node, whole: Whole): Extension<Fields> | undefined {
  const { document, version, problems, settings } = whole;
  if (!isObject(node.value) || !Object.keys(node.value).some((key) => key.startsWith("x-"))) return undefined;
  problems.push(...misspelt(node));
  const own = child(node, "x-portico");
  const foreign = translate(level, node, version, document.root, settings?.cluster?.foreignInterceptors === "ignore");
  problems.push(...foreign.problems);
  const ownFields = isObject(own.value) ? own.value : {};
  const origins = new Map(
    foreign.fields.filter(({ key }) => !Object.hasOwn(ownFields, key)).map(({ key, origin }) => [key, origin] as const),
  );
  const at = (key: string): Node => origins.get(key) ?? child(own, key);
  const placeAt = (path: readonly PropertyKey[]): Place => placeOf(path.length === 0 ? own : nested(at(String(path[0])), path.slice(1)));
  const fields = { ...Object.fromEntries(foreign.fields.map(({ key, value }) => [key, value] as const)), ...ownFields };
  const read = checkShape(schema, { ...own, value: own.value === undefined || isObject(own.value) ? fields : own.value }, placeAt);
  problems.push(...read.problems);
  // What is wrong elsewhere in it hides nothing of this.
  const asked = read.ok ? read.value : fields;
  problems.push(...notYet("x-portico", asked).map(({ path, feature }) => notYetProblem(placeAt(path), path, feature)));
  const isForeign = (key: string): boolean => origins.has(key);
  if (read.ok) return { fields: read.value, isWrong: () => false, isForeign, at };
  const right = rightFields(schema, fields);
  return (
    right && { fields: right, isWrong: (key) => Object.hasOwn(fields, key) && Reflect.get(Object(right), key) === undefined, isForeign, at }
  );
}

/** What a wrong field leaves: the others still say what they say. */
function rightFields<Fields>(schema: z.ZodType<Fields>, fields: Readonly<Record<string, unknown>>): Fields | undefined {
  const issues = schema.safeParse(fields).error?.issues ?? [];
  const wrong = new Set(
    issues.flatMap((issue) => (issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : [String(issue.path[0])])),
  );
  const right = Object.fromEntries(Object.entries(fields).filter(([key]) => !wrong.has(key)));
  return schema.safeParse(right).data ?? schema.safeParse({}).data;
}

/** The extensions of a path, the innermost first: what is written beside its `$ref` counts before what that leads to. */
export const pathExtensions = (path: DocumentPath, whole: Whole): readonly (Extension<PathFields> | undefined)[] =>
  path.items.map((item) => readExtension("path", pathExtension, item, whole));

/** `x-portico` with one letter too many, too few, wrong or swapped, or in capitals; `x-protocol` is somebody else's. */
const nearlyOurs = (key: string): boolean => /^x/i.test(key) && isOneEditAway(key, "x-portico");

/** A key that is nearly ours would be ignored without a word. */
function misspelt(node: Node): readonly Problem[] {
  return members(node).flatMap(([key, member]) =>
    key !== "x-portico" && nearlyOurs(key)
      ? [error("UnknownField", placeOf(member), `\`${key}\` is no field that Portico knows here. Did you mean \`x-portico\`?`)]
      : [],
  );
}

function nested(node: Node, path: readonly PropertyKey[]): Node {
  return {
    ...node,
    pointer: path.reduce<string>((pointer, key) => join(pointer, typeof key === "number" ? key : String(key)), node.pointer),
  };
}

/** A field that a later version does: refused, for nothing is accepted and ignored. */
export function notYetProblem(where: Place, path: readonly PropertyKey[], feature: string): Problem {
  const field = path.findLast((key) => typeof key === "string");
  return error(
    "NotYet",
    where,
    `${field === undefined ? "This" : `\`${String(field)}\``} is not done by this version of Portico yet (${feature}). Take it out for now.`,
  );
}
