import { isObject, type JsonObject } from "../../text/node.ts";
import { below, inPlace, nameIn } from "./nesting.ts";

// A schema that asks of a value what it asks of the same value never comes to an end: a pet is a cat or a dog, and a cat is a pet with claws.

/** A keyword by which a schema leads to another one for the same value. */
interface Step {
  readonly schema: JsonObject;
  readonly keyword: string;
}

/** What is left out to break a circle, the first of these that is in it: without its choice a pet is less than it was, and a cat is all that it was. */
const breakable = ["oneOf", "anyOf", "not", "if", "then", "else", "dependentSchemas", "$ref"];

/** The keywords without which no schema comes back to itself for the same value, by their schemas; those that are `isWritten` are a document's own. */
export function keywordsInCircles(
  schemas: Readonly<Record<string, unknown>>,
  isWritten: (step: Step) => boolean,
): ReadonlyMap<object, ReadonlySet<string>> {
  const broken = new Map<object, Set<string>>();
  const isBroken = ({ schema, keyword }: Step): boolean => broken.get(schema)?.has(keyword) === true;
  // Where a circle is broken is not where the walk is: another one may lead through what was done with by then.
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const circle of circlesIn(schemas, isBroken)) {
      const written = circle.filter(isWritten);
      const [found] = breakable.flatMap((keyword) => written.findLast((step) => step.keyword === keyword) ?? []);
      if (found === undefined) continue;
      broken.set(found.schema, new Set([...(broken.get(found.schema) ?? []), found.keyword]));
      isNew = true;
    }
  }
  return broken;
}

/** Circles, each by its steps, as far as one walk shows them. */
function* circlesIn(schemas: Readonly<Record<string, unknown>>, isBroken: (step: Step) => boolean): Generator<readonly Step[]> {
  const done = new Set<object>();
  const way: Step[] = [];
  function* visit(schema: unknown): Generator<readonly Step[]> {
    if (!isObject(schema) || done.has(schema)) return;
    const start = way.findIndex((step) => step.schema === schema);
    if (start !== -1) return yield way.slice(start);
    for (const [keyword, next] of stepsFrom(schema, schemas)) {
      const step = { schema, keyword };
      if (isBroken(step)) continue;
      way.push(step);
      yield* visit(next);
      way.pop();
    }
    done.add(schema);
  }
  for (const schema of Object.values(schemas)) yield* visit(schema);
}

const stepsFrom = (
  schema: JsonObject,
  schemas: Readonly<Record<string, unknown>>,
): readonly (readonly [keyword: string, next: unknown])[] => [
  ...(schema.$ref === undefined ? [] : [["$ref", schemas[nameIn(schema) ?? ""]] as const]),
  ...[...inPlace, "not"].flatMap((keyword) => below(schema, keyword).map((next) => [keyword, next] as const)),
];
