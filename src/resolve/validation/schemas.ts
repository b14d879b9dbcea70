import type { OpenApiDocument } from "../../openapi/document.ts";
import { takeApart } from "../../openapi/mock/schema.ts";
import { refOf, wayOf } from "../../openapi/references.ts";
import type { Problem } from "../../problem.ts";
import { child, isObject, members, type Node } from "../../text/node.ts";
import { sayOnce } from "../say-once.ts";
import { type Convert, keywordsOf } from "./conversions.ts";
import { isSchema, notLookedAt, soundSchema } from "./keywords.ts";
import { withoutTurned } from "./loose.ts";
import { modern } from "./old-keywords.ts";

/** Schemas of a document as JSON Schema (draft 2020-12), which others refer to by name. */
export interface Schemas {
  /** The name of a schema; the same for two that say the same. */
  nameOf(node: Node): string;
  /** All that were named, and those that they refer to. */
  readonly all: () => Readonly<Record<string, unknown>>;
}

/** What refers by another way than a pointer. */
const unheeded = ["$dynamicRef", "$recursiveRef"];

/** Which way messages go: what is read only is not sent in a request, and what is written only not in an answer. */
type Direction = "request" | "response";

/** Collects the schemas that messages of a document are held against. What they ask for that is not looked at is said as a warning. */
export function messageSchemas(document: OpenApiDocument, direction: Direction, problems: Problem[]): Schemas {
  const names = new Map<string, string>();
  const found = new Map<string, unknown>();
  const same = new Map<string, string>();
  const waiting: (readonly [name: string, node: Node])[] = [];
  const isOld = document.format === "2.0" || document.format === "3.0";

  const referred = (node: Node): string => {
    const key = `${node.file.name}#${node.pointer}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = `${direction}Schema${names.size}`;
    names.set(key, name);
    waiting.push([name, node]);
    return name;
  };

  /** Where schemas come from, and those of them that leave something out. */
  const origins = new Map<object, Node>();
  const loose = new Set<object>();

  const converted: Convert = (written, hidden = new Set()) => {
    const missing: Problem[] = [];
    const schema = convertedWith(written, hidden, missing);
    for (const one of missing) sayOnce(problems, one);
    const made = missing.length > 0 && !isObject(schema) ? {} : schema;
    if (isObject(made)) origins.set(made, written);
    if (isObject(made) && missing.length > 0) loose.add(made);
    return made;
  };

  const convertedWith = (written: Node, hiddenBefore: ReadonlySet<string>, missing: Problem[]): unknown => {
    if (!isSchema(written.value)) missing.push(notLookedAt(written, "it is no schema"));
    const node = soundSchema(written, document.format, missing);
    if (!isObject(node.value)) return node.value !== false;
    const reference = referenceOf(document, node, referred);
    if (reference !== undefined && isOld) return modern(reference, node.value);
    for (const key of unheeded)
      if (node.value[key] !== undefined) missing.push(notLookedAt(child(node, key), `\`${key}\` is not followed`));
    const hidden = new Set([...hiddenBefore, ...hiddenMembers(node, direction, document)]);
    const schema = { ...reference, ...keywordsOf(node, converted, hidden, missing) };
    return isOld ? modern(schema, node.value) : schema;
  };

  const named = (schema: unknown): string => {
    const text = JSON.stringify(schema);
    const known = same.get(text);
    if (known !== undefined) return known;
    const name = `${direction}${same.size}`;
    same.set(text, name);
    found.set(name, schema);
    return name;
  };

  return {
    nameOf: (node) => named(node.value === undefined ? true : converted(node)),
    all: () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) found.set(next[0], converted(next[1]));
      const schemas = Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const leaveOut = (schema: object, keyword: string): void => {
        const origin = origins.get(schema);
        if (origin !== undefined) sayOnce(problems, notLookedAt(child(origin, keyword), `something in \`${keyword}\` is not looked at`));
      };
      return withoutTurned({ schemas, isLoose: (schema) => loose.has(schema), leaveOut });
    },
  };
}

/** A reference to a schema, one step of it: what stands beside the next one counts, too. */
function referenceOf(document: OpenApiDocument, node: Node, referred: (node: Node) => string): Record<string, unknown> | undefined {
  if (refOf(node) === undefined) return undefined;
  const way = wayOf(document.files, node);
  const next = way.ok ? way.value[1] : undefined;
  return next === undefined ? {} : { $ref: `#/$defs/${referred(next)}` };
}

/** The names of the members that messages of the other direction alone have, here or in what is combined with this. */
function hiddenMembers(node: Node, direction: Direction, { follow }: OpenApiDocument): readonly string[] {
  const keyword = direction === "request" ? "readOnly" : "writeOnly";
  const says = ({ value }: Node): boolean => isObject(value) && value[keyword] === true;
  return takeApart([node], follow).parts.flatMap((part) =>
    members(child(part.node, "properties")).flatMap(([name, member]) => (says(member) || says(follow(member)) ? [name] : [])),
  );
}
