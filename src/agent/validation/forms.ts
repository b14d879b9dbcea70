import type { ContentRule, ParameterForm, Reading } from "../../model/validation.ts";
import { isJson } from "../../text/media-type.ts";
import { fromQuery, listMeanings, own, type Pairs, pairMeanings, pairsOf, scalarMeanings, unknownReading } from "./texts.ts";

// What bodies stand for; or in words, in what they cannot be read.

/** A value in JSON (RFC 8259). */
export function jsonIn(body: Uint8Array): readonly [unknown] | string {
  try {
    return [JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))];
  } catch {
    return "must be JSON in UTF-8";
  }
}

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
export function formIn(text: string, content: ContentRule): readonly [unknown] | string {
  const pairs = pairsOf(text);
  const members = Object.keys(content.reading?.members ?? {});
  const fields = members.map((name) => [name, fieldOf(name, formOf(name, "form", content), pairs)] as const);
  const unreadable = fields.flatMap(([, field]) => (typeof field === "string" ? [field] : []))[0];
  if (unreadable !== undefined) return unreadable;
  const known = fields.flatMap(([name, field]) => (typeof field === "string" || field === undefined ? [] : [[name, field[0]] as const]));
  const unknown = unknownPairs(pairs, members, content).map(([name, field]) => [name, fromQuery(field) ?? field] as const);
  return [objectOf([...known, ...unknown])];
}

/** Undefined where it is not there. */
function fieldOf(name: string, form: ParameterForm, pairs: Pairs): readonly [unknown] | string | undefined {
  if (form.kind === "json") {
    const field = pairs.find(([key]) => key === name);
    const json = field && jsonIn(Buffer.from(fromQuery(field[1]) ?? ""));
    return typeof json === "string" ? `must have JSON in the field ${JSON.stringify(name)}` : json;
  }
  const { found, meanings } = pairMeanings(name, form, pairs, fromQuery);
  if (!found) return undefined;
  return meanings === undefined ? `must have the field ${JSON.stringify(name)} once, and percent-encoded` : [meanings[0]];
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
export async function multipartIn(written: string, body: Uint8Array, content: ContentRule): Promise<readonly [unknown] | string> {
  const form = await new Response(Buffer.from(body), { headers: { "content-type": written } }).formData().catch(() => undefined);
  if (form === undefined) return "must be a multipart message with the boundary that its content type says";
  const members: (readonly [string, unknown])[] = [];
  for (const name of new Set(form.keys())) {
    const texts = await Promise.all(form.getAll(name).map(textOf));
    const said = partsMean(texts, formOf(name, "multipart", content));
    if (said === undefined) return `must have JSON in the part ${JSON.stringify(name)}`;
    members.push([name, said[0]]);
  }
  return [objectOf(members)];
}

const textOf = async (part: File | string): Promise<string> =>
  typeof part === "string" ? part : Buffer.from(await part.arrayBuffer()).toString("latin1");

function partsMean(texts: readonly string[], form: ParameterForm): readonly [unknown] | undefined {
  const [first = ""] = texts;
  if (form.kind === "json") {
    const all = texts.map((text) => jsonIn(Buffer.from(text)));
    if (all.some((one) => typeof one === "string")) return undefined;
    const values = all.map(([one]) => one);
    return [values.length === 1 ? values[0] : values];
  }
  const { items } = form.reading;
  if (items !== undefined) return [listMeanings(texts, items)[0]];
  return [texts.length === 1 ? scalarMeanings(first, form.reading)[0] : texts];
}
