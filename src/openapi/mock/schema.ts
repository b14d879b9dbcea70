import { child, elements, isObject, type JsonObject, members, type Node } from "../../text/node.ts";
import { tokens } from "../../text/pointer.ts";

/** Follows a `$ref`, and the next, to what it points at; the node itself when it has none. Dangling: a node whose value is undefined. */
export type Follow = (node: Node) => Node;

/** A schema taken apart, without a copy of it: all parts hold together, and of every choice one alternative does. */
export interface Schema {
  /** Outer before inner. */
  readonly parts: readonly Part[];
  readonly choices: readonly (readonly Node[])[];
  /** False when a part is the schema `false`. */
  readonly possible: boolean;
}

/** One schema object of those that hold together. */
export interface Part {
  readonly node: Node;
  readonly keywords: JsonObject;
  /** The schema asked for, or what it refers to; not one of several that it combines with `allOf`. */
  readonly own: boolean;
}

/** Combined schemas beyond this number are not looked at. */
const maxParts = 500;

/**
 * Takes apart what schemas say together: `$ref` (with its siblings, as in OpenAPI 3.1) and `allOf` become parts; `oneOf`, `anyOf`,
 * and a discriminator's mapping without them, become choices. What is `known` is left out.
 */
export function takeApart(nodes: readonly Node[], follow: Follow, known: readonly Part[] = []): Schema {
  const parts: Part[] = [];
  const choices: (readonly Node[])[] = [];
  const seen = new Set<unknown>(known.map((part) => part.keywords));
  let possible = true;
  const visit = (node: Node, own: boolean): void => {
    if (node.value === false) possible = false;
    if (!isObject(node.value) || seen.has(node.value) || parts.length >= maxParts) return;
    seen.add(node.value);
    const keywords = node.value;
    parts.push({ node, keywords, own });
    if (typeof keywords.$ref === "string") visit(follow(node), own);
    const combined = elements(child(node, "allOf"));
    const wraps = own && combined.length === 1 && keywords.properties === undefined;
    for (const member of combined) visit(member, wraps);
    choices.push(...choicesOf(node, keywords, own));
  };
  for (const node of nodes) visit(node, true);
  return { parts, choices, possible };
}

function choicesOf(node: Node, keywords: JsonObject, own: boolean): readonly (readonly Node[])[] {
  const choices = [elements(child(node, "oneOf")), elements(child(node, "anyOf"))].filter((choice) => choice.length > 0);
  if (choices.length > 0 || !own || !isObject(keywords.discriminator)) return choices;
  const mapped = mappingOf(node).map(([, target]) => target);
  return mapped.length > 0 ? [mapped] : [];
}

/**
 * A discriminator's mapping: the property's values, and for each a schema that refers to what it stands for
 * (OpenAPI 3.1, section 4.8.25: a reference or the name of a component).
 */
export function mappingOf(node: Node): Mapping {
  const mapping = child(child(node, "discriminator"), "mapping");
  if (!isObject(mapping.value)) return [];
  const known = mappings.get(mapping.value) ?? readMapping(mapping);
  mappings.set(mapping.value, known);
  return known;
}

type Mapping = readonly (readonly [value: string, target: Node])[];

/** Mappings of hundreds of names are asked for again with every schema that refers to theirs. */
const mappings = new WeakMap<object, Mapping>();

function readMapping(mapping: Node): Mapping {
  return members(mapping).flatMap(([value, { file, pointer, value: target }]) => {
    if (typeof target !== "string") return [];
    const $ref = /^[\w.-]+$/.test(target) && !/\.(?:json|ya?ml)$/.test(target) ? `#/components/schemas/${target}` : target;
    return [[value, { file, pointer, value: { $ref } }] as const];
  });
}

const containers: readonly string[] = ["/components/schemas/", "/definitions/"];

/** The name under which a schema is kept for reuse: `/components/schemas/Pet` is Pet. Undefined for all others. */
export function componentName({ pointer }: Node): string | undefined {
  const container = containers.find((start) => pointer.startsWith(start) && !pointer.includes("/", start.length));
  return container === undefined ? undefined : tokens(pointer).at(-1);
}

/** The names of the properties in the order of the document, each with the parts that say something about it. */
export function propertiesOf(parts: readonly Part[]): ReadonlyMap<string, readonly Part[]> {
  const properties = new Map<string, Part[]>();
  for (const part of parts) {
    if (!isObject(part.keywords.properties)) continue;
    for (const name of Object.keys(part.keywords.properties)) {
      const known = properties.get(name);
      if (known === undefined) properties.set(name, [part]);
      else known.push(part);
    }
  }
  return properties;
}

/** What these parts say about a property. */
export const propertyNodes = (parts: readonly Part[], name: string): readonly Node[] =>
  parts.map(({ node }) => child(child(node, "properties"), name));

/** The values that the parts give a keyword. */
export function valuesOf(parts: readonly Part[], keyword: string): readonly unknown[] {
  return parts.map(({ keywords }) => keywords[keyword]).filter((value) => value !== undefined);
}

/** The numbers that the parts give a keyword. */
export function numbersOf(parts: readonly Part[], keyword: string): readonly number[] {
  return valuesOf(parts, keyword).filter((value): value is number => Number.isFinite(value));
}

/** The nodes under a keyword, one for each part that has it. */
export function nodesOf(parts: readonly Part[], keyword: string): readonly Node[] {
  return parts.filter(({ keywords }) => keywords[keyword] !== undefined).map(({ node }) => child(node, keyword));
}
