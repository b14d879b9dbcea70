import type { ContentRule, ParameterForm, Reading } from "../../model/validation.ts";
import { isInRange, isJson, isUtf8, type MediaType } from "../../text/media-type.ts";
import { jsonIn, jsonOf, type Read, unread } from "./json.ts";
import { type Part, partsIn } from "./multipart.ts";
import { fromQuery, listMeanings, own, type Pairs, pairMeanings, pairsOf, scalarMeanings, unknownReading } from "./texts.ts";

// What forms stand for.

/** How a field is written; in a multipart message an object is JSON unless something else is said. */
function formOf(name: string, kind: "form" | "multipart", { reading: whole, fields }: ContentRule): ParameterForm {
  const { mediaTypes, style = { style: "form", explode: true } } = own(fields, name) ?? {};
  const reading = own(whole?.members, name) ?? unknownReading;
  const isPart = kind === "multipart" && isStructured(reading);
  return (mediaTypes?.some(isJson) ?? isPart) ? { kind: "json" } : { kind: "style", ...style, reading };
}

const isStructured = ({ types, items, members }: Reading): boolean =>
  types.length === 0 && (members !== undefined || (items !== undefined && isStructured(items)));

/** The fields of a form as an object (OpenAPI 3.1, section 4.8.14.4). */
export function formIn(text: string, content: ContentRule): Read {
  const pairs = pairsOf(text);
  const members = Object.keys(content.reading?.members ?? {});
  const known: (readonly [string, unknown])[] = [];
  for (const name of members) {
    const field = fieldOf(name, formOf(name, "form", content), pairs);
    if (field?.ok === false) return field;
    if (field !== undefined) known.push([name, field.value]);
  }
  const unknown = unknownPairs(pairs, members, content).map(([name, field]) => [name, fromQuery(field) ?? field] as const);
  return { ok: true, value: objectOf([...known, ...unknown]) };
}

/** Undefined where it is not there. */
function fieldOf(name: string, form: ParameterForm, pairs: Pairs): Read | undefined {
  const notOnce = unread(`must have the field ${JSON.stringify(name)} once, and percent-encoded`);
  if (form.kind === "json") {
    const [text, ...others] = pairs.flatMap(([key, field]) => (key === name ? [field] : []));
    if (text === undefined) return undefined;
    const json = others.length > 0 ? undefined : fromQuery(text);
    return json === undefined ? notOnce : jsonOf(json, ` in the field ${JSON.stringify(name)}`);
  }
  const { found, meanings } = pairMeanings(name, form, pairs, fromQuery);
  if (!found) return undefined;
  return meanings === undefined ? notOnce : { ok: true, value: meanings[0] };
}

/** Those that no member is said by. */
const unknownPairs = (pairs: Pairs, members: readonly string[], content: ContentRule): Pairs =>
  pairs.filter(([key]) => !members.includes(key) && !members.some((name) => saysPartOf(key, name, formOf(name, "form", content))));

function saysPartOf(key: string, name: string, form: ParameterForm): boolean {
  if (form.kind === "json") return false;
  return form.style === "deepObject" ? key.startsWith(`${name}[`) : form.explode && Object.hasOwn(form.reading.members ?? {}, key);
}

/** Members may have any name, also one that every object of JavaScript has. */
const objectOf = (members: readonly (readonly [name: string, value: unknown])[]): unknown => Object.fromEntries(members);

/** The parts of a multipart message as an object (OpenAPI 3.1, section 4.8.14.5); a file is a text with a character a byte. */
export function multipartIn({ parameters }: MediaType, body: Uint8Array, content: ContentRule): Read {
  const boundary = parameters.get("boundary");
  const parts = boundary === undefined || boundary === "" ? undefined : partsIn(body, boundary);
  if (parts === undefined) return unread("must be a multipart message with the boundary that its content type says");
  const members: (readonly [string, unknown])[] = [];
  for (const [name, all] of Map.groupBy(parts, (part) => part.name)) {
    const said = partsMean(name, all, content);
    if (!said.ok) return said;
    members.push([name, said.value]);
  }
  return { ok: true, value: objectOf(members) };
}

function partsMean(name: string, parts: readonly Part[], content: ContentRule): Read {
  const { mediaTypes } = own(content.fields, name) ?? {};
  const where = ` in the part ${JSON.stringify(name)}`;
  for (const { type } of parts) {
    const isOfThem = mediaTypes?.some((range) => type === undefined || isInRange(type.essence, range)) ?? true;
    if (!isOfThem) return unread(`must have one of ${mediaTypes?.join(", ")}${where}`);
    if (type !== undefined && !isUtf8(type)) return unread(`must have UTF-8${where}`);
  }
  const form = formOf(name, "multipart", content);
  return form.kind === "json" ? jsonParts(parts, where) : { ok: true, value: textParts(parts.map(textOf), form.reading) };
}

const textOf = ({ isFile, bytes }: Part): string => Buffer.from(bytes).toString(isFile ? "latin1" : "utf8");

function jsonParts(parts: readonly Part[], where: string): Read {
  const values: unknown[] = [];
  for (const { bytes } of parts) {
    const json = jsonIn(bytes, where);
    if (!json.ok) return json;
    values.push(json.value);
  }
  return { ok: true, value: values.length === 1 ? values[0] : values };
}

function textParts(texts: readonly string[], reading: Reading): unknown {
  const [first = ""] = texts;
  if (reading.items !== undefined) return listMeanings(texts, reading.items)[0];
  return texts.length === 1 ? scalarMeanings(first, reading)[0] : texts;
}
