import type { z } from "zod";
import { type Checked, checked, error, type Place, type Problem } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import { join } from "../text/pointer.ts";
import { didYouMean } from "../text/suggest.ts";
import { type Asked, type Found, flat, type Issue, type Path, telling, valueAt } from "./issues.ts";
import { fieldNames } from "./walk.ts";

/**
 * The value of a node, if it is of the shape; else a Problem for each thing that is not: WrongType, MissingField, UnknownField or
 * WrongValue. A Problem stands where its field does, unless `placeAt` knows better: it is asked with the way from the node to the field.
 */
export function checkShape<T>(
  schema: z.ZodType<T>,
  node: Node,
  placeAt: (path: Path) => Place = (path) => placeUnder(node, path),
): Checked<T> {
  const result = schema.safeParse(node.value);
  if (result.success) return checked(result.data, []);
  const check = { schema, value: node.value, placeAt };
  return { ok: false, problems: telling(flat(result.error.issues, node.value), check).flatMap((found) => problemsOf(found, check)) };
}

/** What all issues of one check have in common. */
interface Check extends Asked {
  readonly placeAt: (path: Path) => Place;
}

function placeUnder(node: Node, path: Path): Place {
  const pointer = path.reduce<string>((way, key) => join(way, typeof key === "number" ? key : String(key)), node.pointer);
  return placeOf({ file: node.file, pointer });
}

/** The Problems in an issue. */
function problemsOf({ issue, path }: Found, check: Check): readonly Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField([...path, key], check));
  if (issue.code === "invalid_key") return issue.issues.map((inner) => error("WrongValue", check.placeAt(path), inner.message));
  const value = valueAt(check.value, path);
  if (value === undefined && issue.code !== "custom") return [missing(path, check)];
  if (issue.code === "invalid_union") return [wrongType(path, value, takenBy(issue), check)];
  if (issue.code === "invalid_type") return [wrongType(path, value, [typeWord(issue.expected)], check)];
  return [error("WrongValue", check.placeAt(path), said(issue, path, value))];
}

/** The name by which a message calls what stands at the end of a way. */
function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "The value";
  return typeof last === "number" ? `Element ${last} of \`${String(path.at(-2) ?? "the list")}\`` : `\`${String(last)}\``;
}

function unknownField(path: Path, { schema, placeAt }: Check): Problem {
  const key = String(path.at(-1));
  const known = fieldNames(schema, path.slice(0, -1));
  const meant = didYouMean(key, known);
  return error("UnknownField", placeAt(path), `\`${key}\` is no field that Portico knows here.${meant || ` Known are ${listed(known)}.`}`);
}

const listed = (words: readonly string[]): string => (words.length === 0 ? "none" : words.map((word) => `\`${word}\``).join(", "));

function missing(path: Path, { placeAt }: Check): Problem {
  return error("MissingField", placeAt(path), `${nameOf(path)} is missing. Add it.`);
}

function wrongType(path: Path, value: unknown, expected: readonly string[], { placeAt }: Check): Problem {
  const wanted = [...new Set(expected)].join(" or ");
  return error("WrongType", placeAt(path), `${nameOf(path)} is ${shownType(value)}, but takes ${wanted}. Write ${wanted}.`);
}

const typeWords: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

const typeWord = (type: string): string => typeWords[type] ?? type;

function shownType(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  return typeWord(Array.isArray(value) ? "array" : typeof value);
}

/** The issue's own sentences where a schema of ours says them; zod's kinds of issue without such have them made here. */
function said(issue: Issue, path: Path, value: unknown): string {
  const name = nameOf(path);
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    const meant = typeof value === "string" ? didYouMean(value, known) : "";
    return `${name} takes one of ${listed(known)}, not ${shown(value)}.${meant || " Write one of them."}`;
  }
  if (issue.code === "too_small") return `${name} takes ${amount(issue.origin, "at least", issue.minimum)}. Write more.`;
  if (issue.code === "too_big") return `${name} takes ${amount(issue.origin, "at most", issue.maximum)}. Write less.`;
  return issue.message;
}

function amount(origin: string, bound: string, limit: number | bigint): string {
  if (origin === "string") return `${bound} ${limit} characters`;
  if (origin === "array") return `${bound} ${limit} elements`;
  return `${bound} ${limit}`;
}

const shown = (value: unknown): string => {
  const text = typeof value === "string" ? `\`${value}\`` : String(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

function takenBy(issue: Issue): readonly string[] {
  if (issue.code === "invalid_value") return issue.values.map((value) => `\`${String(value)}\``);
  if (issue.code === "invalid_union") return issue.errors.flatMap((branch) => branch.flatMap(takenBy));
  return issue.code === "invalid_type" && issue.path.length === 0 ? [typeWord(issue.expected)] : [];
}
