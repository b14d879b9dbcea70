import { elements, type Node } from "../../text/node.ts";
import type { Allowance, Sampled, Sampling } from "./sampling.ts";
import { nodesOf, numbersOf, type Part, type Schema, valuesOf } from "./schema.ts";

/** Longer lists are not made, whatever minItems says. */
const maxElements = 200;

/** What a list must look like. */
interface ListShape {
  readonly first: readonly Node[];
  readonly rest: readonly Node[];
  readonly atLeast: number;
  readonly atMost: number;
  readonly unique: boolean;
}

/** A list with the elements that it must have, else with one; empty when none can be made and none must be there. */
export function sampleList({ parts }: Schema, sampling: Sampling, allowance: Allowance): Sampled | undefined {
  const { budget } = sampling;
  if (!budget.take(2)) return undefined;
  const shape = listShape(parts);
  const wanted = Math.min(Math.max(shape.atLeast, shape.first.length, Math.min(1, shape.rest.length)), shape.atMost, maxElements);
  const list: unknown[] = [];
  const texts = new Set<string>();
  for (let index = 0; index < wanted; index++) {
    const needed = list.length < shape.atLeast;
    if (!needed && budget.used >= allowance.bytes) break;
    const before = budget.used;
    const element = sampleElement(shape, index, sampling, allowance);
    const text = shape.unique ? JSON.stringify(element?.value) : String(index);
    if (element === undefined || (!needed && !element.whole) || texts.has(text) || !budget.take(1)) {
      budget.restore(before);
      break;
    }
    texts.add(text);
    list.push(element.value);
    if (!element.whole) return { value: list, whole: false };
  }
  return { value: list, whole: list.length >= shape.atLeast };
}

function listShape(parts: readonly Part[]): ListShape {
  // A list under `items` is how drafts before 2020-12 wrote prefixItems.
  const tuples = [...nodesOf(parts, "prefixItems"), ...nodesOf(parts, "items").filter(({ value }) => Array.isArray(value))];
  const rest = nodesOf(parts, "items").filter(({ value }) => !Array.isArray(value));
  return {
    first: tuples.flatMap(elements),
    rest,
    atLeast: Math.max(0, ...numbersOf(parts, "minItems")),
    atMost: Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...numbersOf(parts, "maxItems"))),
    unique: valuesOf(parts, "uniqueItems").includes(true),
  };
}

function sampleElement(
  { first, rest, unique }: ListShape,
  index: number,
  sampling: Sampling,
  { bytes, turn }: Allowance,
): Sampled | undefined {
  const tuple = first[index];
  const schema = sampling.apart(tuple === undefined ? rest : [tuple]);
  // Elements that must differ take the next values, elements that may be alike stay so.
  return sampling.make(schema, { bytes, turn: unique ? turn + index : turn });
}
