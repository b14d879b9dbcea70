import type { BodyKind } from "../../model/body-kind.ts";
import type { ContentRule, ParameterForm, Reading } from "../../model/validation.ts";
import { isInRange, isJson, isUtf8, type MediaType } from "../../text/media-type.ts";
import type { Found, Pairs } from "./found.ts";
import { jsonIn, jsonOf, type Unread, unread } from "./json.ts";
import { type Part, partsIn } from "./multipart.ts";
import { isMember, pairMeanings, pairsOf, textsNamed } from "./pairs.ts";
import { fromQuery, type Meanings, memberMeanings, memberReading, own } from "./texts.ts";

/** The fields of a form, and what each may stand for; or in what they cannot be read. */
export type Fields = { readonly ok: true; readonly fields: readonly (readonly [name: string, meanings: Meanings])[] } | Unread;

/** How a field is written; in a multipart message an object is JSON unless something else is said. */
function formOf(name: string, kind: BodyKind, { reading: whole = { types: [] }, fields }: ContentRule): ParameterForm {
  const { mediaTypes, style = { style: "form", explode: true } } = own(fields, name) ?? {};
  const reading = memberReading(whole, name);
  const isPart = kind === "multipart" && isStructured(reading);
  return (mediaTypes?.some(isJson) ?? isPart) ? { kind: "json" } : { kind: "style", ...style, reading };
}

const isStructured = ({ types, items, members }: Reading): boolean =>
  types.length === 0 && (members !== undefined || (items !== undefined && isStructured(items)));

/** The fields of a form in a query's syntax (OpenAPI 3.1, section 4.8.14.4). */
export function formIn(text: string, content: ContentRule): Fields {
  const pairs = pairsOf(text);
  const members = Object.keys(content.reading?.members ?? {});
  const fields: (readonly [string, Meanings])[] = [];
  for (const name of members) {
    const field = fieldOf(name, content, pairs);
    if (field?.ok === false) return { ...field, detail: `${field.detail} in the field ${JSON.stringify(name)}` };
    if (field !== undefined) fields.push([name, field.meanings]);
  }
  for (const [name, all] of Map.groupBy(unknownPairs(pairs, members, content), ([key]) => key)) {
    const texts = all.map(([, field]) => fromQuery(field) ?? field);
    fields.push([name, memberMeanings(texts, memberReading(content.reading ?? { types: [] }, name))]);
  }
  return { ok: true, fields };
}

function fieldOf(name: string, content: ContentRule, pairs: Pairs): Found {
  const form = formOf(name, "form", content);
  const texts = textsNamed(name, pairs);
  if (form.kind === "json") return jsonMeanings(texts);
  const found = pairMeanings(name, form, pairs, fromQuery);
  // Of an object nobody says how it is written, and many write it as JSON.
  const mayBeJson = own(content.fields, name) === undefined && isStructured(form.reading);
  const json = mayBeJson ? jsonMeanings(texts) : undefined;
  if (json?.ok === true && found?.ok === true) return { ok: true, meanings: [...json.meanings, ...found.meanings] };
  return json?.ok === true || found === undefined ? json : found;
}

/** A value in JSON stands there once. */
function jsonMeanings([text, ...others]: readonly string[]): Found {
  if (text === undefined) return undefined;
  const json = others.length > 0 ? unread("must be there once") : jsonOf(fromQuery(text) ?? "");
  return json.ok ? { ok: true, meanings: [json.value] } : json;
}

/** Those that no member is said by. */
const unknownPairs = (pairs: Pairs, members: readonly string[], content: ContentRule): Pairs =>
  pairs.filter(([key]) => !members.includes(key) && !members.some((name) => saysPartOf(key, name, formOf(name, "form", content))));

function saysPartOf(key: string, name: string, form: ParameterForm): boolean {
  if (form.kind === "json") return false;
  return form.style === "deepObject" ? key.startsWith(`${name}[`) : isMember(key, form);
}

/** The parts of a multipart message as fields (OpenAPI 3.1, section 4.8.14.5); a file is a text with a character a byte. */
export function multipartIn({ parameters }: MediaType, body: Uint8Array, content: ContentRule): Fields {
  const boundary = parameters.get("boundary");
  // Some take whatever has `boundary` in it.
  const isAlone = [...parameters.keys()].every((name) => name === "boundary" || name === "charset");
  const parts = boundary === undefined || !isAlone ? undefined : partsIn(body, boundary);
  if (parts === undefined) return unread("must be a multipart message with the boundary that its content type says");
  const fields: (readonly [string, Meanings])[] = [];
  for (const [name, all] of Map.groupBy(parts, (part) => part.name)) {
    const said = partsMean(name, all, content);
    if (!said.ok) return { ...said, detail: `${said.detail} in the part ${JSON.stringify(name)}` };
    fields.push([name, said.meanings]);
  }
  return { ok: true, fields };
}

function partsMean(name: string, parts: readonly Part[], content: ContentRule): NonNullable<Found> {
  const { mediaTypes } = own(content.fields, name) ?? {};
  for (const { type } of parts) {
    const isOfThem = mediaTypes?.some((range) => type === undefined || isInRange(type.essence, range)) ?? true;
    if (!isOfThem) return unread(`must have one of ${mediaTypes?.join(", ")}`);
    if (type !== undefined && !isUtf8(type)) return unread("must have UTF-8");
  }
  const form = formOf(name, "multipart", content);
  return form.kind === "json" ? jsonParts(parts) : { ok: true, meanings: memberMeanings(parts.map(textOf), form.reading) };
}

const textOf = ({ isFile, bytes }: Part): string => Buffer.from(bytes).toString(isFile ? "latin1" : "utf8");

function jsonParts(parts: readonly Part[]): NonNullable<Found> {
  const values: unknown[] = [];
  for (const { bytes } of parts) {
    const json = jsonIn(bytes);
    if (!json.ok) return json;
    values.push(json.value);
  }
  // One part may be the only one of a list.
  return { ok: true, meanings: values.length === 1 ? [values[0], values] : [values] };
}
