import { isObject, type JsonObject } from "../../text/node.ts";
import { below, inPlace, maps, nameIn, ofSeveralSchemas, single } from "./nesting.ts";

// A schema that is held against less than it says takes values that it should not. Below a keyword that turns that round, right values would become wrong.

/** What keywords take with them that are turned round. */
const turning: readonly (readonly [keyword: string, all: readonly string[]])[] = [
  ["not", ["not"]],
  ["oneOf", ["oneOf"]],
  ["if", ["if", "then", "else"]],
];

/** Schemas by name, and which of them, inner ones too, leave something out. */
export interface LooseSchemas {
  readonly schemas: Readonly<Record<string, unknown>>;
  isLoose(schema: object): boolean;
  /** Whether a keyword is left out for itself. */
  isLeftOut(schema: object, keyword: string): boolean;
  /** Is told of a keyword that is left out for that. */
  leaveOut(schema: object, keyword: string): void;
}

/** The schemas without the keywords by which something that is left out would make right values wrong. */
export function withoutTurned({ schemas, isLoose, isLeftOut, leaveOut }: LooseSchemas): Readonly<Record<string, unknown>> {
  const looseNames = namesThatLead(schemas, isLoose);
  if (looseNames.size === 0) return schemas;
  const refersToLoose = (schema: JsonObject): boolean => looseNames.has(nameIn(schema) ?? "");
  const isLooseWithin = remembered((schema) => {
    if (isLoose(schema) || refersToLoose(schema)) return true;
    return Object.keys(schema).some((keyword) => below(schema, keyword).some(isLooseWithin));
  });
  /** Whether something that is left out had said which members there are. */
  const losesMembers = remembered((schema) => {
    if (isLoose(schema) || refersToLoose(schema)) return true;
    const isTurned = ["oneOf", "if"].some((keyword) => below(schema, keyword).some(isLooseWithin));
    return isTurned || inPlace.some((keyword) => below(schema, keyword).some(losesMembers));
  });
  const leftOut = (schema: JsonObject): readonly string[] => {
    const turned = turning.filter(([keyword]) => below(schema, keyword).some(isLooseWithin));
    const unevaluated = ["unevaluatedProperties", "unevaluatedItems"].filter(
      (keyword) => schema[keyword] !== undefined && losesMembers(schema),
    );
    for (const keyword of [...turned.map(([one]) => one), ...unevaluated]) leaveOut(schema, keyword);
    return [...turned.flatMap(([, all]) => all), ...unevaluated, ...Object.keys(schema).filter((keyword) => isLeftOut(schema, keyword))];
  };
  const mended = (schema: unknown): unknown => {
    if (!isObject(schema) || !isLooseWithin(schema)) return schema;
    const without = new Set(leftOut(schema));
    return Object.fromEntries(
      Object.entries(schema).flatMap(([keyword, value]) => (without.has(keyword) ? [] : [[keyword, mendedValue(keyword, value)]])),
    );
  };
  const mendedValue = (keyword: string, value: unknown): unknown => {
    if (single.includes(keyword)) return mended(value);
    if (ofSeveralSchemas.includes(keyword) && Array.isArray(value)) return value.map(mended);
    if (!maps.includes(keyword) || !isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mended(one)]));
  };
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, mended(schema)]));
}

/** Asked of each schema once; what is none is not meant. */
function remembered(ask: (schema: JsonObject) => boolean): (schema: unknown) => boolean {
  const known = new Map<object, boolean>();
  return (schema) => {
    if (!isObject(schema)) return false;
    const found = known.get(schema) ?? ask(schema);
    known.set(schema, found);
    return found;
  };
}

function pushTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The names of those that leave something out, or refer to one that does, however far. */
function namesThatLead(schemas: Readonly<Record<string, unknown>>, isLoose: (schema: object) => boolean): ReadonlySet<string> {
  const referring = new Map<string, string[]>();
  const waiting: string[] = [];
  const visit = (name: string, schema: unknown): void => {
    if (!isObject(schema)) return;
    if (isLoose(schema)) waiting.push(name);
    const other = nameIn(schema);
    if (other !== undefined) pushTo(referring, other, name);
    for (const keyword of Object.keys(schema)) for (const one of below(schema, keyword)) visit(name, one);
  };
  for (const [name, schema] of Object.entries(schemas)) visit(name, schema);
  const found = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(referring.get(name) ?? []));
  }
  return found;
}
