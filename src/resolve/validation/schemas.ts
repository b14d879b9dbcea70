import type { OpenApiDocument } from "../../openapi/document.ts";
import { takeApart, valuesOf } from "../../openapi/mock/schema.ts";
import { refOf, wayOf } from "../../openapi/references.ts";
import type { Problem } from "../../problem.ts";
import { child, isObject, type JsonObject, members, type Node } from "../../text/node.ts";
import { sayOnce } from "../say-once.ts";
import { keywordsInCircles } from "./circles.ts";
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
  const waiting: (readonly [name: string, node: Node, hidden: ReadonlySet<string>])[] = [];
  const isOld = document.format === "2.0" || document.format === "3.0";

  /** What else hides members that a schema asks for makes another one of it. */
  const referred: Refer = (node, hiddenBefore) => {
    const needed = hiddenBefore.size === 0 ? [] : requiredMembers(node, document).filter((name) => hiddenBefore.has(name));
    const hidden = new Set(needed.toSorted());
    const key = JSON.stringify([node.file.name, node.pointer, ...hidden]);
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = `${direction}Schema${names.size}`;
    names.set(key, name);
    waiting.push([name, node, hidden]);
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
    if (!isObject(made)) return made;
    if (missing.length > 0) loose.add(made);
    for (const one of [made, ...besideNull(made)]) if (!origins.has(one)) origins.set(one, written);
    return made;
  };

  const convertedWith = (written: Node, hiddenBefore: ReadonlySet<string>, missing: Problem[]): unknown => {
    if (!isSchema(written.value)) missing.push(notLookedAt(written, "it is no schema"));
    const node = soundSchema(written, document.format, missing);
    if (!isObject(node.value)) return node.value !== false;
    if (isOld && refOf(node) !== undefined) return modern(referenceOf(document, node, hiddenBefore, referred), node.value);
    missing.push(...notFollowed(node));
    const hidden = new Set([...hiddenBefore, ...hiddenMembers(node, direction, document)]);
    const schema = { ...referenceOf(document, node, hidden, referred), ...keywordsOf(node, converted, hidden, missing) };
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
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) found.set(next[0], converted(next[1], next[2]));
      const schemas = Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const leaveOut = (schema: object, keyword: string, why = `something in \`${keyword}\` is not looked at`): void => {
        const origin = origins.get(schema);
        if (origin !== undefined) sayOnce(problems, notLookedAt(child(origin, keyword), why));
      };
      const broken = keywordsInCircles(schemas, ({ schema, keyword }) => saysItself(origins.get(schema), keyword));
      for (const [schema, keywords] of broken)
        for (const keyword of keywords) leaveOut(schema, keyword, "it leads back to the schema that it stands in");
      return withoutTurned({
        schemas,
        isLoose: (schema) => loose.has(schema) || broken.has(schema),
        isLeftOut: (schema, keyword) => broken.get(schema)?.has(keyword) === true,
        leaveOut,
      });
    },
  };
}

const saysItself = (origin: Node | undefined, keyword: string): boolean =>
  origin !== undefined && child(origin, keyword).value !== undefined;

/** What may be null as well is the schema beside null. */
const besideNull = ({ anyOf }: JsonObject): readonly object[] => (Array.isArray(anyOf) ? anyOf.filter(isObject) : []);

/** What refers by another way than a pointer. */
const notFollowed = (node: Node): readonly Problem[] =>
  unheeded.flatMap((key) => {
    const at = child(node, key);
    return at.value === undefined ? [] : [notLookedAt(at, `\`${key}\` is not followed`)];
  });

/** The name of a schema that is referred to, by what hides members of it. */
type Refer = (node: Node, hidden: ReadonlySet<string>) => string;

/** A reference to a schema, one step of it: what stands beside the next one counts, too. */
function referenceOf(document: OpenApiDocument, node: Node, hidden: ReadonlySet<string>, referred: Refer): Record<string, unknown> {
  if (refOf(node) === undefined) return {};
  const way = wayOf(document.files, node);
  const next = way.ok ? way.value[1] : undefined;
  return next === undefined ? {} : { $ref: `#/$defs/${referred(next, hidden)}` };
}

/** The names of the members that messages of the other direction alone have, here or in what is combined with this. */
function hiddenMembers(node: Node, direction: Direction, { follow }: OpenApiDocument): readonly string[] {
  const keyword = direction === "request" ? "readOnly" : "writeOnly";
  const says = ({ value }: Node): boolean => isObject(value) && value[keyword] === true;
  return takeApart([node], follow).parts.flatMap((part) =>
    members(child(part.node, "properties")).flatMap(([name, member]) => (says(member) || says(follow(member)) ? [name] : [])),
  );
}

/** The names of the members that a schema asks for, and what it combines. */
const requiredMembers = (node: Node, { follow }: OpenApiDocument): readonly string[] =>
  valuesOf(takeApart([node], follow).parts, "required").flatMap((names) =>
    Array.isArray(names) ? names.filter((name) => typeof name === "string") : [],
  );
