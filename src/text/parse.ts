import { CORE_SCHEMA, constructFromEvents, EVENT_ID, type Event, mergeTag, parseEvents, YAMLException } from "js-yaml";
import { type Checked, checked, error, failed, type Place, type Problem, wholeFile } from "../problem.ts";
import { expansion } from "./aliases.ts";
import { complexKeyAt } from "./complex-key.ts";
import { pointerAt } from "./locate.ts";
import { placeOf, root, type SourceFile } from "./node.ts";

/** YAML 1.2's core schema, of which JSON is a part, and merge keys (`<<`), which documents in the wild use. */
const schema = CORE_SCHEMA.withTags(mergeTag);

/** Nesting that no document needs and that stays far from the stack's end. */
const maxDepth = 500;

/**
 * How many of the signs that part values one file may have: a bound on the memory that its values take, whatever its size. Documents have
 * one in about fifteen characters, which is five million in the largest file that is read.
 */
const mostSigns = 6_000_000;

/** How many values the aliases of one file may stand for. */
const maxExpansion = 2_000_000;

/**
 * The values in a YAML or JSON text, one for each YAML document in it. Positions are not kept: `locate` finds them again when
 * a Problem needs one, which is rare, so that reading stays fast and small.
 *
 * Fails with NotYaml, DuplicateKey, TooDeep, AliasBomb, FileTooLarge or EmptyDocument.
 */
export function parseAll(name: string, text: string): Checked<readonly SourceFile[]> {
  if (hasMoreSigns(text, mostSigns)) {
    const millions = `${mostSigns / 1_000_000} million`;
    return failed(
      error(
        "FileTooLarge",
        wholeFile(name),
        `The file has more than ${millions} commas, colons, brackets and lines. Split it, or leave examples out.`,
      ),
    );
  }
  const events = attempt(name, () => parseEvents(text, { maxDepth }));
  if (!events.ok) return events;
  const values = attempt(name, () => constructFromEvents(events.value, { source: text, schema }), { text, events: events.value });
  if (!values.ok) return values;
  if (values.value.every((value) => value === null || value === undefined)) {
    return failed(error("EmptyDocument", { ...wholeFile(name), line: 1, column: 1 }, "The file holds nothing. Write a document into it."));
  }
  if (hasAlias(events.value)) {
    const size = expansion(values.value, maxExpansion);
    if (size === "endless" || size > maxExpansion) return failed(aliasBomb(name, text, events.value, size));
  }
  return checked(
    values.value.map((value, document) => ({ name, text, document, value })),
    [],
  );
}

/** The one value in a YAML or JSON text. A second YAML document in it is a Problem. */
export function parseOne(name: string, text: string): Checked<SourceFile> {
  const files = parseAll(name, text);
  if (!files.ok) return files;
  const [first, second] = files.value;
  if (first === undefined || second !== undefined) {
    const where = second === undefined ? wholeFile(name) : placeOf(root(second));
    return failed(error("NotOpenApi", where, "The file holds several YAML documents. Keep one OpenAPI document a file."));
  }
  return checked(first, []);
}

/** Whether a text has more of the signs that part values, in JSON as in YAML: a bound on the memory that its values take. */
export function hasMoreSigns(text: string, most: number): boolean {
  if (text.length <= most) return false;
  let count = 0;
  for (let at = 0; at < text.length; at++) count += signs[text.charCodeAt(at)] ?? 0;
  return count > most;
}

/** 1 at the character codes of the signs. */
const signs = Uint8Array.from({ length: 128 }, (_, code) => (",:[{-\n".includes(String.fromCharCode(code)) ? 1 : 0));

const hasAlias = (events: readonly Event[]): boolean => events.some((event) => event.type === EVENT_ID.ALIAS);

/** Runs the parser; what it throws becomes a Problem at its mark. */
function attempt<T>(name: string, parse: () => T, read?: ReadText): Checked<T> {
  try {
    return checked(parse(), []);
  } catch (thrown) {
    if (thrown instanceof YAMLException) return failed(syntaxProblem(name, thrown, read));
    throw thrown;
  }
}

/** A text that is well-formed. */
interface ReadText {
  readonly text: string;
  readonly events: readonly Event[];
}

function syntaxProblem(name: string, thrown: YAMLException, read: ReadText | undefined): Problem {
  if (read !== undefined && thrown.reason.includes("complex keys")) return complexKey(name, read);
  const mark = thrown.mark;
  const where: Place = {
    source: name,
    line: (mark?.line ?? -1) + 1,
    column: (mark?.column ?? -1) + 1,
    pointer: mark && read !== undefined ? pointerAt(read.text, mark.position) : "",
  };
  if (thrown.reason.startsWith("duplicated mapping key")) {
    return error("DuplicateKey", where, "This key stands twice in one mapping. Keep one of them.");
  }
  if (thrown.reason.startsWith("nesting exceeded")) {
    return error("TooDeep", where, `Collections are nested more than ${maxDepth} deep here. Flatten them.`);
  }
  return error("NotYaml", where, `Not YAML or JSON: ${withoutText(thrown.reason)}. Mend the syntax here.`);
}

/** What is wrong without the words that it is wrong with: they may be the beginning of a password. */
const withoutText = (reason: string): string =>
  reason
    .replace(/such characters:[\s\S]*$/, "such characters")
    .replace(/ (?:"[\s\S]*"|!?<[\s\S]*>)(?= |$)/, "")
    .replace(/alias$/, "alias (a value that begins with `*` needs quotes)")
    .replace(/tag$/, "tag (a value that begins with `!` needs quotes)");

function complexKey(name: string, { text, events }: ReadText): Problem {
  const where = placeAt(name, text, complexKeyAt(text, events) ?? 0);
  // The place of the key that there is none for is its mapping.
  const pointer = where.pointer.replace(/\/$/, "");
  return error(
    "NotYaml",
    { ...where, pointer },
    "A key is a collection here. Write it as text; a value that begins with `{` or `[` needs quotes.",
  );
}

function placeAt(name: string, text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { source: name, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, pointer: pointerAt(text, offset) };
}

function aliasBomb(name: string, text: string, events: readonly Event[], size: number | "endless"): Problem {
  const last = events.findLast((event) => event.type === EVENT_ID.ALIAS);
  const where = placeAt(name, text, last?.type === EVENT_ID.ALIAS ? last.anchorStart - 1 : 0);
  const what =
    size === "endless"
      ? "An alias stands for a value that holds the alias itself"
      : `The aliases stand for more than ${maxExpansion.toLocaleString("en")} values`;
  return error("AliasBomb", where, `${what}. Write the values out, or use $ref.`);
}
