import { isObject } from "../../text/node.ts";
import { componentName, type Follow, mappingOf, type Part } from "./schema.ts";

/**
 * The property that tells which of several schemas an object is of, with its value: the mapping's name for the schema, else the
 * component's (OpenAPI 3.1, section 4.8.25; in 2.0 the discriminator is the property's name). Empty when none is told, or when the
 * property's own schema says otherwise.
 */
export function discriminated(parts: readonly Part[], follow: Follow): readonly (readonly [name: string, value: string])[] {
  const component = parts.map(({ node }) => componentName(node)).find((name) => name !== undefined);
  return parts.flatMap((part) => {
    const property = propertyName(part);
    const value = mappedName(part, parts, follow) ?? component;
    return property === undefined || value === undefined || !mayBe(parts, property, value, follow) ? [] : [[property, value] as const];
  });
}

function propertyName({ keywords: { discriminator } }: Part): string | undefined {
  const name = isObject(discriminator) ? discriminator.propertyName : discriminator;
  return typeof name === "string" ? name : undefined;
}

/** The mapping's name for the first of the parts that it names. */
function mappedName({ node }: Part, parts: readonly Part[], follow: Follow): string | undefined {
  const targets = new Map(mappingOf(node).map(([value, target]) => [follow(target).value, value] as const));
  return parts.map(({ keywords }) => targets.get(keywords)).find((value) => value !== undefined);
}

/** Whether the property's own schema lets the value through. */
function mayBe(parts: readonly Part[], property: string, value: string, follow: Follow): boolean {
  return parts.every(({ node, keywords: { properties } }) => {
    if (!isObject(properties) || !Object.hasOwn(properties, property)) return true;
    const schema = follow({ ...node, value: properties[property] }).value;
    if (!isObject(schema)) return true;
    return (schema.const === undefined || schema.const === value) && (!Array.isArray(schema.enum) || schema.enum.includes(value));
  });
}
