import { z } from "zod";

/** Something in which a message is not what the document says. Nothing of the message's values is in it. */
export interface Violation {
  readonly in: "path" | "query" | "header" | "cookie" | "body" | "status";
  /** A parameter's; undefined for a body. */
  readonly name?: string | undefined;
  /** Into the value, as a URI's fragment (RFC 6901, section 6); `#` is all of it. */
  readonly pointer: string;
  readonly detail: string;
  /** The kind of rule that does not hold: a keyword of JSON Schema, or a word of our own. */
  readonly rule: string;
}

/** What was found of a message; for a request, the status with which it is refused. */
export type Verdict =
  | { readonly kind: "right" }
  | { readonly kind: "wrong"; readonly status: 400 | 415; readonly violations: readonly Violation[] };

/** What Ajv says of a value. */
const failure = z.object({
  instancePath: z.string(),
  keyword: z.string(),
  message: z.string().default("is not what the document says"),
  params: z.record(z.string(), z.unknown()),
});
export const failures = z.array(failure);
type Failure = z.infer<typeof failure>;

/** A value by a schema: its failures; none where it is right. */
export type Validator = (value: unknown) => readonly Failure[];

/** More of them tell nobody more. */
const mostTold = 50;

/** Those of all parts of a message that are told. */
export const toldOfAll = (...parts: readonly (readonly Violation[])[]): readonly Violation[] => parts.flat().slice(0, mostTold);

/** The failures of a value in its place, each once. */
export function violationsOf(place: Pick<Violation, "in" | "name">, found: readonly Failure[]): readonly Violation[] {
  const told = new Map<string, Violation>();
  for (const one of found) {
    const violation = { ...place, ...toldOf(one) };
    const key = `${violation.pointer} ${violation.rule} ${violation.detail}`;
    if (!told.has(key)) told.set(key, violation);
    if (told.size >= mostTold) break;
  }
  return [...told.values()];
}

function toldOf({ instancePath, keyword, message, params }: Failure): Pick<Violation, "pointer" | "detail" | "rule"> {
  const at = (name: unknown): string => fragment(`${instancePath}/${escaped(String(name))}`);
  switch (keyword) {
    case "required":
      return { pointer: at(params.missingProperty), detail: "must be there", rule: keyword };
    case "additionalProperties":
      return { pointer: at(params.additionalProperty), detail: "must not be there: the document does not know it", rule: keyword };
    case "unevaluatedProperties":
      return { pointer: at(params.unevaluatedProperty), detail: "must not be there: the document does not know it", rule: keyword };
    case "false schema":
      return { pointer: fragment(instancePath), detail: "must not be sent", rule: keyword };
    case "enum":
      return { pointer: fragment(instancePath), detail: `must be one of ${shown(params.allowedValues)}`, rule: keyword };
    case "const":
      return { pointer: fragment(instancePath), detail: `must be ${shown(params.allowedValue)}`, rule: keyword };
    default:
      return { pointer: fragment(instancePath), detail: message, rule: keyword };
  }
}

const longestShown = 200;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** A JSON pointer as a fragment. Members' names may have any characters. */
const fragment = (pointer: string): string => `#${encodeURI(pointer.toWellFormed()).replaceAll("#", "%23").slice(0, longestShown)}`;
