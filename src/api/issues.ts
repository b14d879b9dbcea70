import type { z } from "zod";
import { isObject } from "../text/node.ts";
import { suggest } from "../text/suggest.ts";
import { fieldNames } from "./walk.ts";

export type Path = readonly PropertyKey[];
export type Issue = z.core.$ZodIssue;

/** A value and the schema that it does not follow. */
export interface Asked {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/** An issue with the whole way to where it stands. */
export interface Found {
  readonly issue: Issue;
  readonly path: Path;
}

/** Issues with those in unions in the unions' place: a union says what is wrong by the alternative whose kind of value was written. */
export function flat(issues: readonly Issue[], value: unknown, outer: Path = []): readonly Found[] {
  return issues.flatMap((issue): readonly Found[] => {
    const path = [...outer, ...issue.path];
    const nearest = issue.code === "invalid_union" && valueAt(value, path) !== undefined ? nearestBranch(issue) : undefined;
    return nearest === undefined ? [{ issue, path }] : flat(nearest, value, path);
  });
}

/** The issues without laws that hold once misspelt fields have the names that were meant: what is missing may be what is misspelt. */
export function telling(found: readonly Found[], { schema, value }: Asked): readonly Found[] {
  const misspelt = found.filter(({ issue }) => issue.code === "unrecognized_keys");
  if (misspelt.length === 0 || !found.some(({ issue }) => issue.code === "custom")) return found;
  const meant = misspelt.reduce((so, { issue, path }) => withMeant(so, path, issue, fieldNames(schema, path)), value);
  const result = schema.safeParse(meant);
  const broken = new Set(result.success ? [] : flat(result.error.issues, meant).map(lawKey));
  return found.filter((one) => one.issue.code !== "custom" || broken.has(lawKey(one)));
}

const lawKey = ({ issue, path }: Found): string => JSON.stringify([issue.code, issue.message, path]);

/** The value with the unknown fields of the object at the end of `path` under the names that were meant. */
function withMeant(value: unknown, [key, ...rest]: Path, issue: Issue, known: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((element, index) => (index === key ? withMeant(element, rest, issue, known) : element));
  if (!isObject(value) || issue.code !== "unrecognized_keys") return value;
  const entries = Object.entries(value);
  if (key !== undefined)
    return Object.fromEntries(entries.map(([name, member]) => [name, name === key ? withMeant(member, rest, issue, known) : member]));
  return Object.fromEntries(entries.map(([name, member]) => [(issue.keys.includes(name) && suggest(name, known)) || name, member]));
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((reached, key) => {
    if (Array.isArray(reached)) return reached[Number(key)];
    return isObject(reached) && Object.hasOwn(reached, key) ? reached[String(key)] : undefined;
  }, value);
}

/** The issues of the alternative that was meant; undefined when the value is of none's kind. */
function nearestBranch(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const meant = issue.errors.filter((branch) => !branch.some((inner) => isOtherKind(inner)));
  return meant.toSorted((a, b) => a.length - b.length)[0];
}

/** Whether an issue says that the value as a whole is of another type, or not one of fixed values. */
const isOtherKind = (issue: Issue): boolean => issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
