import type { Reading } from "../../model/validation.ts";
import { type Found, foundIn, type Pairs } from "./found.ts";
import { type Decode, type Meanings, memberMeanings, memberReading, together } from "./texts.ts";

/** What stands behind a name: texts, or more in brackets. `a[b][]=1&a[b][]=2` is b with two texts under no name. */
interface Branch {
  readonly texts: string[];
  readonly branches: Map<string, Branch>;
}

const newBranch = (): Branch => ({ texts: [], branches: new Map() });

/** So many brackets nobody writes. */
const deepest = 20;

/** What the pairs of a query or form with a name and brackets behind it stand for: objects by names, lists by numbers or nothing (OpenAPI names the first step alone). */
export function deepMeanings(name: string, reading: Reading, pairs: Pairs, decode: Decode): Found {
  const root = newBranch();
  const said = pairs.filter(([key]) => key === name || key.startsWith(`${name}[`));
  for (const [key, written] of said) {
    const way = wayIn(key.slice(name.length));
    const text = decode(written);
    if (way === undefined || text === undefined) return foundIn(undefined);
    branchAt(root, way).texts.push(text);
  }
  return said.length === 0 ? undefined : foundIn(branchMeanings(root, reading));
}

/** `[b][0]` is b, 0. Undefined where brackets are left open. */
function wayIn(brackets: string): readonly string[] | undefined {
  if (brackets === "") return [];
  if (!/^(?:\[[^[\]]*\])+$/.test(brackets)) return undefined;
  const way = brackets.slice(1, -1).split("][");
  return way.length > deepest ? undefined : way;
}

function branchAt(root: Branch, way: readonly string[]): Branch {
  let at = root;
  for (const step of way) {
    const next = at.branches.get(step) ?? newBranch();
    at.branches.set(step, next);
    at = next;
  }
  return at;
}

/** Undefined where a name has a text and members. */
function branchMeanings({ texts, branches }: Branch, reading: Reading): Meanings | undefined {
  if (branches.size === 0) return memberMeanings(texts, reading);
  if (texts.length > 0) return undefined;
  const names = [...branches.keys()];
  const isList = reading.items === undefined ? names.every((name) => name === "") : names.every((name) => /^\d*$/.test(name));
  return isList ? listOf(branches, reading.items ?? { types: [] }) : objectOf(branches, reading);
}

function objectOf(branches: Branch["branches"], reading: Reading): Meanings | undefined {
  const names = [...branches.keys()];
  const members = [...branches].map(([name, branch]) => branchMeanings(branch, memberReading(reading, name)));
  return ofAll(members, (values) => Object.fromEntries(names.map((name, index) => [name, values[index]])));
}

/** In the order of the numbers, whichever are left out; what has none comes last. */
function listOf(branches: Branch["branches"], items: Reading): Meanings | undefined {
  const inOrder = [...branches].toSorted(([a], [b]) => place(a) - place(b));
  const elements = inOrder.flatMap(([name, branch]) =>
    name === "" && branch.branches.size === 0 ? branch.texts.map((text) => memberMeanings([text], items)) : [branchMeanings(branch, items)],
  );
  return ofAll(elements, (values) => values);
}

const place = (name: string): number => (name === "" ? Number.MAX_VALUE : Number(name));

function ofAll(all: readonly (Meanings | undefined)[], made: (values: readonly unknown[]) => unknown): Meanings | undefined {
  const found = all.flatMap((one) => (one === undefined ? [] : [one]));
  return found.length < all.length ? undefined : together(found, made);
}
