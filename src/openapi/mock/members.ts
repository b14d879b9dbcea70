import { isObject, members, type Node } from "../../text/node.ts";
import { targetBytes } from "./budget.ts";
import { discriminated } from "./discriminator.ts";
import { exampleMembers } from "./given.ts";
import { fromPattern } from "./pattern.ts";
import type { Allowance, Sampled, Sampling } from "./sampling.ts";
import { nodesOf, numbersOf, type Part, propertiesOf, propertyNodes, type Schema, valuesOf } from "./schema.ts";
import { chosenType, meansNull } from "./type.ts";

/** More members that have no name in the schema are not made, whatever minProperties says. */
const maxUnnamed = 50;

/** What an object must look like. */
interface ObjectShape {
  readonly parts: readonly Part[];
  readonly properties: ReadonlyMap<string, readonly Part[]>;
  readonly required: ReadonlySet<string>;
  /** Values that are known before anything is made: the discriminator's, and those of combined schemas' examples. */
  readonly known: ReadonlyMap<string, unknown>;
  readonly atLeast: number;
  readonly atMost: number;
}

/** An object that is being made. */
interface Making {
  readonly sampling: Sampling;
  readonly turn: number;
  readonly members: Map<string, unknown>;
  whole: boolean;
}

/** A member that is to be added: what is said about it, and what the budget may have used before it leaves out its own. */
interface Member {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly needed: boolean;
  readonly bytes: number;
}

/**
 * An object with what it must have, and what it may have as far as the allowance goes: each optional member gets an even share of it.
 * Members that are only ever written (`writeOnly`) are left out of an answer, required or not (OpenAPI 3.0, section 4.7.24.2).
 */
export function sampleObject({ parts }: Schema, sampling: Sampling, allowance: Allowance): Sampled | undefined {
  if (!sampling.budget.take(2)) return undefined;
  const shape = objectShape(parts, sampling);
  const making: Making = { sampling, turn: allowance.turn, members: new Map(), whole: true };
  const names = new Set([...shape.properties.keys(), ...shape.required, ...shape.known.keys()]);
  addNamed(shape, names, making, allowance.bytes);
  if (making.members.size < shape.atLeast) addNamed({ ...shape, atMost: shape.atLeast }, names, making, sampling.budget.used + targetBytes);
  addUnnamed(shape, making, allowance.bytes);
  return { value: Object.fromEntries(making.members), whole: making.whole && making.members.size >= shape.atLeast };
}

function objectShape(parts: readonly Part[], { follow }: Sampling): ObjectShape {
  const required = valuesOf(parts, "required")
    .flat()
    .filter((name) => typeof name === "string");
  return {
    parts,
    properties: propertiesOf(parts),
    required: new Set(required),
    known: new Map([...exampleMembers(parts), ...discriminated(parts, follow)]),
    atLeast: Math.max(0, ...numbersOf(parts, "minProperties")),
    atMost: Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...numbersOf(parts, "maxProperties"))),
  };
}

/** Adds the members whose names the schema tells, those not yet there. */
function addNamed(shape: ObjectShape, names: ReadonlySet<string>, making: Making, bytes: number): void {
  let left = names.size;
  let demanded = [...shape.required].filter((name) => !making.members.has(name)).length;
  const { budget } = making.sampling;
  for (const name of names) {
    const share = budget.used + Math.max(0, bytes - budget.used) / left;
    left -= 1;
    if (demanded === 0 && budget.used >= bytes) return;
    if (making.members.has(name)) continue;
    const needed = shape.required.has(name);
    if (needed) demanded -= 1;
    else if (budget.used >= bytes || making.members.size + demanded >= shape.atMost) continue;
    const described = shape.properties.get(name);
    const nodes = described === undefined ? nodesOf(shape.parts, "additionalProperties") : propertyNodes(described, name);
    addMember(shape, { name, nodes, needed, bytes: share }, making);
  }
}

/** Adds a member with its share of the bytes, unless it is optional and cannot be made whole. */
function addMember(shape: ObjectShape, { name, nodes, needed, bytes }: Member, making: Making): void {
  const { sampling } = making;
  const schema = sampling.apart(nodes);
  if (schema.parts.some(({ keywords }) => keywords.writeOnly === true)) return;
  const before = sampling.budget.used;
  if (!takeName(name, sampling)) {
    if (needed) making.whole = false;
    return;
  }
  const member = memberValue(shape, name, schema, making, bytes);
  if (member?.whole !== true && !needed) {
    sampling.budget.restore(before);
    return;
  }
  const { value, whole } = member ?? cut(schema);
  making.members.set(name, value);
  if (!whole) making.whole = false;
}

function memberValue(shape: ObjectShape, name: string, schema: Schema, { sampling, turn }: Making, bytes: number): Sampled | undefined {
  if (shape.known.has(name)) {
    const value = shape.known.get(name);
    if (sampling.budget.takeValue(value)) return { value, whole: true };
  }
  return sampling.make(schema, { bytes, turn });
}

/** The name's bytes, and those of the shortest value, so that there is room for `null` when there is none for more. */
const takeName = (name: string, { budget }: Sampling): boolean => budget.takeValue(name) && budget.take(6);

/** Members of a map: one where only their schema is told, more when there must be more. */
function addUnnamed(shape: ObjectShape, making: Making, bytes: number): void {
  const schemas = [...nodesOf(shape.parts, "additionalProperties"), ...patterned(shape.parts).map(([, node]) => node)];
  const told = schemas.some(({ value }) => isObject(value));
  const wanted = Math.min(Math.max(shape.atLeast, making.members.size === 0 && told ? 1 : 0), shape.atMost, maxUnnamed);
  if (schemas.some(({ value }) => value === false) && patterned(shape.parts).length === 0) return;
  for (let turn = 0; making.members.size < wanted && turn < maxUnnamed; turn++) {
    const [name, nodes] = unnamed(shape.parts, turn, making.sampling);
    if (making.members.has(name)) continue;
    addMember(shape, { name, nodes, needed: making.members.size < shape.atLeast, bytes }, making);
  }
}

/** A name that the schema allows without telling it, and what it says about its value. */
function unnamed(parts: readonly Part[], turn: number, sampling: Sampling): readonly [string, readonly Node[]] {
  const [pattern] = patterned(parts);
  const matching = pattern === undefined ? undefined : fromPattern(pattern[0], 0, turn);
  if (pattern !== undefined && matching !== undefined) return [matching, [pattern[1]]];
  const names = nodesOf(parts, "propertyNames");
  const before = sampling.budget.used;
  const name = names.length > 0 ? sampling.make(sampling.apart(names), { bytes: before, turn })?.value : undefined;
  sampling.budget.restore(before);
  return [typeof name === "string" ? name : `property${turn + 1}`, nodesOf(parts, "additionalProperties")];
}

/** The members of `patternProperties`. */
function patterned(parts: readonly Part[]): readonly (readonly [pattern: string, node: Node])[] {
  return nodesOf(parts, "patternProperties").flatMap(members);
}

/** The smallest value of the schema's type, for where a sample must end: null where it may be. */
export function cut({ parts }: Pick<Schema, "parts">): Sampled {
  if (meansNull(parts)) return { value: null, whole: true };
  const type = chosenType(parts);
  return { value: type === "object" ? {} : type === "array" ? [] : null, whole: false };
}
