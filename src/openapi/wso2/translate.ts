import { error, type Problem, warning } from "../../problem.ts";
import { child, isObject, type Node, placeOf, root } from "../../text/node.ts";
import { didYouMean, isOneEditAway } from "../../text/suggest.ts";
import type { Field, Level, Row, Scope, Translation } from "./row.ts";
import { nothing } from "./row.ts";
import { table } from "./table.ts";

/** The row of each spelling. */
const rows = new Map<string, Row>(table.flatMap((row) => [row.key, ...row.older].map((key) => [key, row] as const)));

/** WSO2's own prefixes: whatever else begins so is misspelt. */
const prefix = /^x-(wso2?|mgw)-/i;

/** Whether a key is one of WSO2's, or is meant to be. */
export const isWso2Key = (key: string): boolean => rows.has(key) || prefix.test(key);

/**
 * What the keys of WSO2's beside a level's other members say, as raw fields of `x-portico`, each with the key that said it. `version`
 * is `info.version`; `document` is the document's root, which must be given where the level stands in another file.
 */
export function translate(
  level: Level,
  node: Node,
  version: string,
  document: Node = root(node.file),
  ignoresForeign = false,
): Translation {
  if (!isObject(node.value)) return nothing;
  const scope: Scope = { level, version, document, ignoresForeign };
  const written = Object.keys(node.value).filter((key) => isWso2Key(key) || nearlyPlain(key) !== undefined);
  if (written.length === 0) return nothing;
  const parts = written.toSorted((a, b) => rank(a) - rank(b)).map((key) => one(key, child(node, key), scope));
  return agreed(
    parts.flatMap((part) => part.fields),
    parts.flatMap((part) => part.problems),
  );
}

const order = [...rows.keys()];

const rank = (key: string): number => order.indexOf(key);

/** The spellings without a prefix of WSO2's, such as `x-auth-type`. */
const plain = order.filter((key) => !prefix.test(key));

/** Which of them a key is nearly. It may be another tool's own, so that is no error. */
const nearlyPlain = (key: string): string | undefined =>
  key.startsWith("x-") && key !== "x-portico" ? plain.find((known) => isOneEditAway(key, known)) : undefined;

function one(key: string, node: Node, scope: Scope): Translation {
  const row = rows.get(key);
  const nearly = nearlyPlain(key);
  if (row === undefined && nearly !== undefined) {
    const message = `\`${key}\` is not read. If it is to be WSO2's, write \`${nearly}\`.`;
    return { fields: [], problems: [warning("UnknownField", placeOf(node), message)] };
  }
  if (row === undefined) return { fields: [], problems: [unknownKey(key, node, scope.level)] };
  if (!row.levels.includes(scope.level)) return { fields: [], problems: [misplaced(key, node, row)] };
  return row.translate(node, scope);
}

function unknownKey(key: string, node: Node, level: Level): Problem {
  const known = order.filter((spelling) => rows.get(spelling)?.levels.includes(level));
  const meant = didYouMean(key, known) || " docs/wso2.md lists those that are read. Take it out.";
  return error("UnknownField", placeOf(node), `\`${key}\` is no key of WSO2's that Portico reads here.${meant}`);
}

const levelWords: Readonly<Record<Level, string>> = { document: "beside `info`", path: "in a path", operation: "in an operation" };

function misplaced(key: string, node: Node, { levels }: Row): Problem {
  return error(
    "UnknownField",
    placeOf(node),
    `\`${key}\` is not read here. Write it ${levels.map((level) => levelWords[level]).join(" or ")}.`,
  );
}

/** The first to say a field has it; another that says something else contradicts it. */
function agreed(fields: readonly Field[], problems: readonly Problem[]): Translation {
  const kept = new Map<string, Field>();
  const contradictions: Problem[] = [];
  for (const field of fields) {
    const before = kept.get(field.key);
    if (before === undefined) kept.set(field.key, field);
    else if (JSON.stringify(before.value) !== JSON.stringify(field.value)) contradictions.push(contradiction(before, field));
  }
  return { fields: [...kept.values()], problems: [...problems, ...contradictions] };
}

function contradiction(before: Field, after: Field): Problem {
  const where = placeOf(after.origin);
  return error("WrongValue", where, `This key says something else than the one at line ${placeOf(before.origin).line}. Keep one of them.`);
}
