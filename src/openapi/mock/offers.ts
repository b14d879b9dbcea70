import { isJson } from "../../text/media-type.ts";
import { child, isObject, members, type Node } from "../../text/node.ts";
import { concreteMediaType } from "./media-type.ts";
import { type Follow, takeApart } from "./schema.ts";
import { allowsNull } from "./type.ts";

/** One representation that a response has in the document. */
export interface Offer {
  readonly mediaType: string;
  /** The document's examples in its order; those that cannot be shown here (externalValue) are left out. */
  readonly examples: readonly Example[];
  /** Its value is undefined when the document has none. */
  readonly schema: Node;
  /** OpenAPI 3.2: the schema of each element of a sequence. */
  readonly itemSchema: Node;
}

export interface Example {
  /** Undefined for the one that has no name. */
  readonly name: string | undefined;
  readonly value: unknown;
  /** The value is the text itself (`serializedValue` of OpenAPI 3.2). */
  readonly written: boolean;
}

/** The representations of a response with the default one first: the first that is JSON, else the first. `response` is no reference. */
export function offersOf(response: Node, produces: readonly string[], format: "2.0" | "3", follow: Follow): readonly Offer[] {
  const offers = format === "2.0" ? offers2(response, produces) : offers3(response, follow);
  const first = offers.find(({ mediaType }) => isJson(mediaType));
  return first === undefined ? offers : [first, ...offers.filter((offer) => offer !== first)];
}

function offers3(response: Node, follow: Follow): readonly Offer[] {
  return members(child(response, "content")).map(([mediaType, reference]) => {
    const content = follow(reference);
    return {
      mediaType: concreteMediaType(mediaType),
      examples: examplesOf(content, follow),
      schema: child(content, "schema"),
      itemSchema: child(content, "itemSchema"),
    };
  });
}

/** `example` and `examples` of a media type, a header or a parameter, in OpenAPI 3. An empty `example:` in YAML is null, which counts unless its schema says that null may not be. */
export function examplesOf(node: Node, follow: Follow): readonly Example[] {
  const example = child(node, "example").value;
  const isGiven = example !== undefined && (example !== null || allowsNull(takeApart([child(node, "schema")], follow).parts));
  const unnamed = isGiven ? [{ name: undefined, value: example, written: false }] : [];
  const named = members(child(node, "examples")).flatMap(([name, reference]) => {
    const { value: fields } = follow(reference);
    if (!isObject(fields)) return [];
    if (typeof fields.serializedValue === "string") return [{ name, value: fields.serializedValue, written: true }];
    const value = fields.value === undefined ? fields.dataValue : fields.value;
    return value === undefined ? [] : [{ name, value, written: false }];
  });
  return [...unnamed, ...named];
}

/** In 2.0 examples stand by media type, and the media types are those that the operation produces. */
function offers2(response: Node, produces: readonly string[]): readonly Offer[] {
  const schema = child(response, "schema");
  const examples = new Map(
    members(child(response, "examples")).map(([mediaType, { value }]) => [concreteMediaType(mediaType), value] as const),
  );
  const produced = schema.value === undefined ? [] : produces.map(concreteMediaType);
  const types = new Set([...produced, ...examples.keys()]);
  if (types.size === 0 && schema.value !== undefined) types.add("application/json");
  return [...types].map((mediaType) => {
    const value = examples.get(mediaType) ?? (isJson(mediaType) ? [...examples].find(([type]) => isJson(type))?.[1] : undefined);
    return {
      mediaType,
      examples: value === undefined ? [] : [{ name: undefined, value, written: false }],
      schema,
      itemSchema: { ...schema, value: undefined },
    };
  });
}
