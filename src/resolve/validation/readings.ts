import type { Reading, Scalar } from "../../model/validation.ts";
import { type Follow, nodesOf, propertiesOf, propertyNodes, takeApart } from "../../openapi/mock/schema.ts";
import { allowedTypes, chosenType, type TypeName } from "../../openapi/mock/type.ts";
import type { Node } from "../../text/node.ts";

/** Lists in lists, and so on: nobody writes more of them in a text. */
const deepest = 4;

/** What a text may stand for by its schema. */
export const readingOf = (schema: Node, follow: Follow): Reading => readingAt([schema], follow, 0);

function readingAt(nodes: readonly Node[], follow: Follow, depth: number): Reading {
  const { parts, choices } = takeApart(nodes, follow);
  const chosen = chosenType(parts);
  const written = allowedTypes(parts) ?? (chosen === undefined ? undefined : [chosen]);
  const others = choices.flat().map((choice) => readingAt([choice], follow, depth + 1));
  // What says nothing by itself may be what one of its choices is.
  const own = written ?? (others.length > 0 ? [] : (["string", "number", "boolean", "null"] as const));
  const isDeep = depth >= deepest;
  const items = own.includes("array") && !isDeep ? readingAt(nodesOf(parts, "items"), follow, depth + 1) : undefined;
  const members =
    own.includes("object") && !isDeep
      ? Object.fromEntries([...propertiesOf(parts).keys()].map((name) => [name, readingAt(propertyNodes(parts, name), follow, depth + 1)]))
      : undefined;
  return others.reduce(together, {
    types: scalarsOf(own),
    ...(items === undefined ? {} : { items }),
    ...(members === undefined ? {} : { members }),
  });
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
  const members = a.members === undefined && b.members === undefined ? undefined : { ...b.members, ...a.members };
  return {
    types: [...new Set([...a.types, ...b.types])],
    ...(items === undefined ? {} : { items }),
    ...(members === undefined ? {} : { members }),
  };
}
