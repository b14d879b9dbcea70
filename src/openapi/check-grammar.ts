import { type Checked, error, type Problem, warning } from "../problem.ts";
import { child, isObject, type JsonObject, type Node, placeOf, type SourceFile } from "../text/node.ts";
import { join, tokens } from "../text/pointer.ts";
import { describing, type Grammar, type Shape } from "./grammar.ts";
import { type DocumentFiles, follow, refOf, wayOf } from "./references.ts";
import { strayFields } from "./stray-fields.ts";

/** Problems beyond these are the same story again; that there are more is said. */
const enough = 200;

/** A check of one document on its way. */
interface Check {
  readonly documents: DocumentFiles;
  readonly grammar: Grammar;
  readonly problems: Problem[];
  /** Which objects were looked at in which role. */
  readonly seen: Map<string, Set<object>>;
  /** What references lead to, by the file that they stand in and their text. */
  readonly found: Map<SourceFile, Map<string, Checked<Node>>>;
}

/**
 * Whether every value of a document has the type its field takes, and every `$ref` leads somewhere. Errors where the gateway
 * reads, warnings where the document only describes. Each object is looked at once for each role it plays, so that shared and
 * recursive parts cost nothing more. Does not recurse deeper than the parser allowed the text to be.
 */
export function checkGrammar(documents: DocumentFiles, grammar: Grammar, document: Node): readonly Problem[] {
  const check: Check = { documents, grammar, problems: [], seen: new Map(), found: new Map() };
  checkObject(check, document, "Document", false);
  if (check.problems.length < enough) return check.problems;
  const more = "There may be more than these. Mend them, and check again.";
  return [
    ...check.problems.slice(0, enough),
    error("TooManyProblems", placeOf(document), `The first ${enough} Problems are shown. ${more}`),
  ];
}

/** What stands under a key. Most is right as it is, and then nobody asks for the way to it. */
function checkMember(
  check: Check,
  { file, pointer }: Node,
  [key, value]: readonly [string | number, unknown],
  shape: Shape,
  lenient: boolean,
): void {
  if (!isRight(value, shape)) checkValue(check, { file, pointer: join(pointer, key), value }, shape, lenient);
}

function checkValue(check: Check, node: Node, shape: Shape, lenient: boolean): void {
  if (check.problems.length >= enough) return;
  if (typeof shape === "string") {
    if (!hasType(node.value, shape)) wrong(check, node, shape, lenient);
  } else if ("object" in shape) checkObject(check, node, shape.object, lenient);
  else if ("either" in shape) checkEither(check, node, shape.either, lenient);
  else if ("list" in shape) checkList(check, node, shape, lenient);
  else checkMap(check, node, shape, lenient);
}

function checkObject(check: Check, node: Node, name: string, leniently: boolean): void {
  const lenient = leniently || describing.has(name);
  if (!isObject(node.value)) {
    wrong(check, node, { object: name }, lenient);
    return;
  }
  const target = targetOf(check, node);
  check.problems.push(...(target?.problems ?? []));
  if (target !== undefined && name === "PathItem") checkBeside(check, node, lenient);
  const stray = strayReference(check, node, name, target?.ok === true ? target.value : undefined, lenient);
  check.problems.push(...stray);
  if (target?.ok === false || (target !== undefined && stray.length > 0)) return;
  const at = target?.value ?? node;
  // Where a schema is, `true` and `false` are schemas too.
  if (typeof at.value === "boolean") return;
  if (!isObject(at.value)) wrong(check, at, { object: name }, lenient);
  else if (firstTime(check, name, at.value)) checkFields(check, at, at.value, name, lenient);
}

/** What stands beside a path item's reference counts, too (OpenAPI 3.1, section 4.8.9), and beside those that it leads through. */
function checkBeside(check: Check, node: Node, lenient: boolean): void {
  const way = wayOf(check.documents, node);
  for (const item of way.ok ? way.value.slice(0, -1) : [node])
    if (isObject(item.value) && firstTime(check, "beside $ref", item.value)) checkFields(check, item, item.value, "PathItem", lenient);
}

/** What a reference leads to; undefined where a node has none. What is found is remembered: documents refer to the same things again and again. */
function targetOf({ documents, found }: Check, node: Node): Checked<Node> | undefined {
  const ref = refOf(node);
  if (ref === undefined) return undefined;
  const known = found.get(node.file)?.get(ref);
  if (known !== undefined) return known;
  const target = follow(documents, node);
  if (!target.ok) return target;
  const ofFile = found.get(node.file) ?? new Map();
  found.set(node.file, ofFile.set(ref, target));
  return target;
}

/** A `$ref` that is no text, and one of a path item that leads to something else: either would leave out operations. */
function strayReference(check: Check, node: Node, name: string, target: Node | undefined, lenient: boolean): readonly Problem[] {
  if (!isObject(node.value) || !Object.hasOwn(node.value, "$ref")) return [];
  const reference = child(node, "$ref");
  if (target === undefined && reference.value !== undefined && typeof reference.value !== "string") {
    const say = lenient ? warning : error;
    return [say("WrongType", placeOf(reference), `\`$ref\` is ${typeName(reference.value)}, not a string. Write where it leads to.`)];
  }
  if (name !== "PathItem" || target === undefined || !isObject(target.value)) return [];
  const fields = check.grammar.PathItem ?? {};
  if (Object.keys(target.value).every((key) => Object.hasOwn(fields, key) || key.startsWith("x-"))) return [];
  const operations = Object.keys(target.value).filter((key) => isOperation(fields[key]));
  if (operations.length > 0) return [];
  return [
    error("WrongValue", placeOf(node), "The reference leads to something that is no path item. Point it at one, such as `{get: ...}`."),
  ];
}

const isOperation = (shape: Shape | undefined): boolean => typeof shape === "object" && "object" in shape && shape.object === "Operation";

function checkFields(check: Check, node: Node, value: JsonObject, name: string, lenient: boolean): void {
  const fields = check.grammar[name] ?? {};
  let isKnown = true;
  for (const key of Object.keys(value)) {
    const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (shape === undefined) isKnown = false;
    else checkMember(check, node, [key, value[key]], shape, lenient);
  }
  if (!isKnown) check.problems.push(...strayFields(node, name, fields));
}

function checkEither(check: Check, node: Node, shapes: readonly Shape[], lenient: boolean): void {
  const fitting = shapes.find((shape) => beginsAs(node.value, shape));
  if (fitting === undefined) wrong(check, node, { either: shapes }, lenient);
  else checkValue(check, node, fitting, lenient);
}

function checkList(check: Check, node: Node, shape: { readonly list: Shape }, lenient: boolean): void {
  if (!Array.isArray(node.value)) {
    wrong(check, node, shape, lenient);
    return;
  }
  for (const [index, value] of node.value.entries()) checkMember(check, node, [index, value], shape.list, lenient);
}

function checkMap(check: Check, node: Node, shape: { readonly map: Shape }, lenient: boolean): void {
  if (!isObject(node.value)) {
    wrong(check, node, shape, lenient);
    return;
  }
  if (node.pointer === "/paths") check.problems.push(...strayFields(node, "paths", {}));
  const { value } = node;
  for (const key of Object.keys(value)) if (!key.startsWith("x-")) checkMember(check, node, [key, value[key]], shape.map, lenient);
}

function firstTime({ seen }: Check, role: string, value: object): boolean {
  const known = seen.get(role);
  if (known === undefined) seen.set(role, new Set([value]));
  else if (known.has(value)) return false;
  else known.add(value);
  return true;
}

function wrong({ problems }: Check, node: Node, shape: Shape, lenient: boolean): void {
  const say = lenient ? warning : error;
  const field = tokens(node.pointer).at(-1);
  const name = field === undefined ? "The document" : `\`${field}\``;
  problems.push(
    say("WrongType", placeOf(node), `${name} is ${typeName(node.value)}, not ${shapeName(shape)}. Write ${shapeName(shape)} here.`),
  );
}

/** Whether a value is plain and of its type. */
function isRight(value: unknown, shape: Shape): boolean {
  if (typeof shape === "string") return hasType(value, shape);
  return "either" in shape && shape.either.some((one) => typeof one === "string" && hasType(value, one));
}

function hasType(value: unknown, shape: "string" | "boolean" | "number" | "text" | "any"): boolean {
  if (shape === "any") return true;
  if (shape === "text") return typeof value !== "object" || value === null;
  return typeof value === shape;
}

function beginsAs(value: unknown, shape: Shape): boolean {
  if (typeof shape === "string") return hasType(value, shape);
  return "list" in shape ? Array.isArray(value) : isObject(value);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}

function shapeName(shape: Shape): string {
  if (shape === "text") return "a string";
  if (typeof shape === "string") return `a ${shape}`;
  if ("list" in shape) return "a list";
  if ("either" in shape) return shape.either.map(shapeName).join(" or ");
  return "a mapping";
}
