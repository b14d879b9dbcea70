import { isObject, type Node } from "../../text/node.ts";
import { Budget, targetBytes } from "./budget.ts";
import { givenValues, listedValues } from "./given.ts";
import { sampleList } from "./list.ts";
import { cut, sampleObject } from "./members.ts";
import { sampleNumber } from "./number.ts";
import type { Allowance, Sampled, Sampling } from "./sampling.ts";
import { type Follow, type Part, type Schema, takeApart } from "./schema.ts";
import { sampleText } from "./text.ts";
import { allowedTypes, chosenType } from "./type.ts";

/** Schemas that stand open around one another, a reference and its target counted each; beyond it samples are cut. */
const maxOpen = 64;

/** Alternatives of one choice beyond this number are not tried. */
const maxAlternatives = 50;

/** The samples made so far of each document's schemas, by their places: many operations answer with the same few schemas. */
const made = new WeakMap<Follow, Map<string, unknown>>();

/**
 * A value for a schema of OpenAPI 2.0, 3.0 or 3.1, as a response would hold it: what the schema gives as an example, else one made
 * from its keywords. The same schema gives the same value; it is made once as long as `follow` is the same function, so a caller
 * keeps one for each document. `not`, `if`, `contains` and `dependentRequired` are not looked at.
 *
 * The value is at most 64 KiB as JSON; from about 2 kB on, optional members are left out. Where a schema holds itself, an optional
 * member ends it, else a `null`, `{}` or `[]`.
 *
 * Portico's own: openapi-sampler 1.7.10 follows no `$ref` into other files, ignores `pattern` and `multipleOf`, bounds no size (45 kB
 * for a GitHub operation), and ends the program on a large `minItems`.
 */
export function sample(schema: Node, follow: Follow): unknown {
  const start = isObject(schema.value) && Object.keys(schema.value).length === 1 ? follow(schema) : schema;
  const place = `${start.file.name}#${start.pointer}`;
  const samples = made.get(follow) ?? new Map<string, unknown>();
  made.set(follow, samples);
  if (!samples.has(place)) samples.set(place, newSample(start, follow));
  return samples.get(place);
}

function newSample(schema: Node, follow: Follow): unknown {
  const open = new Set<unknown>();
  const sampling: Sampling = {
    follow,
    budget: new Budget(),
    apart: (nodes) => takeApart(nodes, follow),
    make: (inner, allowance) => make(inner, sampling, open, allowance),
  };
  const apart = sampling.apart([schema]);
  return (sampling.make(apart, { bytes: targetBytes, turn: 0 }) ?? cut(apart)).value;
}

/** A value for a schema; undefined where it is impossible, where it holds itself, and where too much was made already. */
function make(schema: Schema, sampling: Sampling, open: Set<unknown>, allowance: Allowance): Sampled | undefined {
  if (!schema.possible || !sampling.budget.step() || open.size > maxOpen || isOpen(schema, open)) return undefined;
  const given = makeGiven(schema, sampling, allowance.turn);
  if (given !== undefined) return given;
  const [choice] = schema.choices;
  if (choice !== undefined) return makeChoice(schema, choice, sampling, allowance);
  if (listedValues(schema.parts).length > 0) return undefined;
  return makeTyped(schema, sampling, open, allowance);
}

/** A schema that is asked for while it is itself being made: it holds itself. */
const isOpen = ({ parts }: Schema, open: ReadonlySet<unknown>): boolean => parts.some(({ own, keywords }) => own && open.has(keywords));

function makeGiven({ parts }: Schema, { budget }: Sampling, turn: number): Sampled | undefined {
  const values = givenValues(parts);
  if (turn >= values.length) return undefined;
  const value = values[turn];
  return budget.takeValue(value) ? { value, whole: true } : undefined;
}

/** The first alternative that can be made whole, else the first that can be made at all. */
function makeChoice(schema: Schema, choice: readonly Node[], sampling: Sampling, allowance: Allowance): Sampled | undefined {
  const { budget } = sampling;
  const before = budget.used;
  let second: { readonly sampled: Sampled; readonly used: number } | undefined;
  for (const alternative of nullLast(choice).slice(0, maxAlternatives)) {
    const joined = join(schema, alternative, sampling.follow);
    const sampled = allowedTypes(joined.parts)?.length === 0 ? undefined : sampling.make(joined, allowance);
    if (sampled?.whole === true) return sampled;
    if (sampled !== undefined) second ??= { sampled, used: budget.used };
    budget.restore(before);
  }
  if (second !== undefined) budget.restore(second.used);
  return second?.sampled;
}

/** What a schema says together with an alternative of its first choice. The alternative stands first: it is the one that is named. */
function join({ parts, choices }: Schema, alternative: Node, follow: Follow): Schema {
  const inner = takeApart([alternative], follow, parts);
  // An example of the choice's own was not there; one of the alternative shows only a part when the schema has members besides.
  const shared = parts.some(({ keywords }) => keywords.properties !== undefined);
  const own = (part: Part): Part => (shared && isObject(part.keywords.example) ? { ...part, own: false } : part);
  return { parts: [...inner.parts.map(own), ...parts], choices: [...inner.choices, ...choices.slice(1)], possible: inner.possible };
}

const isNull = ({ value }: Node): boolean => isObject(value) && value.type === "null";
const nullLast = (choice: readonly Node[]): readonly Node[] => [...choice.filter((node) => !isNull(node)), ...choice.filter(isNull)];

function makeTyped(schema: Schema, sampling: Sampling, open: Set<unknown>, allowance: Allowance): Sampled | undefined {
  const type = chosenType(schema.parts);
  if (type !== "object" && type !== "array") {
    const value = scalar(schema.parts, type, allowance.turn);
    return sampling.budget.takeValue(value) ? { value, whole: true } : undefined;
  }
  const entered = schema.parts.filter(({ own }) => own).map(({ keywords }) => keywords);
  for (const keywords of entered) open.add(keywords);
  const sampled = type === "object" ? sampleObject(schema, sampling, allowance) : sampleList(schema, sampling, allowance);
  for (const keywords of entered) open.delete(keywords);
  return sampled;
}

/** A value without members. Where anything will do it is an empty object. */
function scalar(parts: readonly Part[], type: ReturnType<typeof chosenType>, turn: number): unknown {
  if (type === "string") return sampleText(parts, turn);
  if (type === "integer" || type === "number") return sampleNumber(parts, type === "integer", turn);
  if (type === "boolean") return turn % 2 === 0;
  return type === "null" ? null : {};
}
