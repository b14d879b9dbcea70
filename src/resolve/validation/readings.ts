import type { Reading, Scalar } from "../../model/validation.ts";
import { type Follow, nodesOf, type Part, propertiesOf, propertyNodes, takeApart } from "../../openapi/mock/schema.ts";
import { allowedTypes, chosenType, type TypeName } from "../../openapi/mock/type.ts";
import { isObject, members, type Node } from "../../text/node.ts";

/** Lists in lists, and so on: nobody writes more of them in a text. */
const deepest = 5;
/** Choices of choices. */
const mostChoices = 3;
/** A schema that refers to itself in many members grows with the power of the depth. */
const mostSchemas = 5_000;

const anyScalar: Reading = { types: ["string", "number", "boolean", "null"] };
/** What nobody looks into any more. */
const beyond: Reading = { ...anyScalar, items: anyScalar, members: {}, rest: anyScalar };
const aText: Reading = { types: ["string"] };

/** What a text may stand for by its schema. */
export function readingOf(schema: Node, follow: Follow): Reading {
  let left = mostSchemas;

  const readingAt = (nodes: readonly Node[], depth: number, choicesBefore: number): Reading => {
    left -= 1;
    if (left < 0) return beyond;
    const { parts, choices } = takeApart(nodes, follow);
    const chosen = chosenType(parts);
    const written = allowedTypes(parts) ?? (chosen === undefined ? undefined : [chosen]);
    const isChoosing = choicesBefore < mostChoices;
    const others = isChoosing ? choices.flat().map((choice) => readingAt([choice], depth, choicesBefore + 1)) : [];
    // What says nothing by itself may be what one of its choices is.
    const own = written ?? (others.length > 0 ? [] : (["string", "number", "boolean", "null"] as const));
    return others.reduce(together, {
      types: scalarsOf(own),
      ...(own.includes("array") ? { items: inner(nodesOf(parts, "items"), depth) } : {}),
      ...(own.includes("object") ? membersOf(parts, depth) : {}),
    });
  };
  const inner = (nodes: readonly Node[], depth: number): Reading => (depth >= deepest ? beyond : readingAt(nodes, depth + 1, 0));

  const membersOf = (parts: readonly Part[], depth: number): Pick<Reading, "members" | "rest"> => {
    const named = depth >= deepest ? [] : [...propertiesOf(parts).keys()];
    const rest = restOf(parts, depth);
    return {
      members: Object.fromEntries(named.map((name) => [name, inner(propertyNodes(parts, name), depth)])),
      ...(rest === undefined ? {} : { rest }),
    };
  };
  /** Members without a name of their own are texts where nothing is said of them. */
  const restOf = (parts: readonly Part[], depth: number): Reading | undefined => {
    const said = [...nodesOf(parts, "additionalProperties"), ...nodesOf(parts, "unevaluatedProperties")];
    const patterns = nodesOf(parts, "patternProperties").flatMap((node) => members(node).map(([, member]) => member));
    const schemas = [...said, ...patterns].filter(({ value }) => isObject(value));
    const [first, ...others] = depth >= deepest ? [beyond] : schemas.map((one) => inner([one], depth));
    if (first !== undefined) return others.reduce(together, first);
    return said.some(({ value }) => value === false) ? undefined : aText;
  };
  return readingAt([schema], 0, 0);
}

const scalarsOf = (types: readonly TypeName[]): readonly Scalar[] => [
  ...new Set(
    types.flatMap((type): readonly Scalar[] => {
      if (type === "integer") return ["number"];
      return type === "array" || type === "object" ? [] : [type];
    }),
  ),
];

function together(a: Reading, b: Reading): Reading {
  const items = a.items ?? b.items;
  const named = a.members && b.members ? mergedMembers(a.members, b.members) : (a.members ?? b.members);
  const rest = a.rest ?? b.rest;
  return {
    types: [...new Set([...a.types, ...b.types])],
    ...(items === undefined ? {} : { items }),
    ...(named === undefined ? {} : { members: named }),
    ...(rest === undefined ? {} : { rest }),
  };
}

function mergedMembers(a: NonNullable<Reading["members"]>, b: NonNullable<Reading["members"]>): NonNullable<Reading["members"]> {
  const all = [...Object.entries(a), ...Object.entries(b)];
  const merged = new Map<string, Reading>();
  for (const [name, reading] of all) {
    const known = merged.get(name);
    merged.set(name, known === undefined ? reading : together(known, reading));
  }
  return Object.fromEntries(merged);
}
