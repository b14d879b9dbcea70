import type { ParameterForm, Reading } from "../../model/validation.ts";

/** What a text, or several of one name, may stand for: the likeliest value first. Undefined where it is none: it is not percent-encoded, or stands too often. */
export type Meanings = readonly [unknown, ...unknown[]] | undefined;

/** The name and value of each parameter of a query or a form, as they are written (WHATWG URL, section 5.1). */
export type Pairs = readonly (readonly [name: string, text: string])[];

type StyleForm = Extract<ParameterForm, { kind: "style" }>;

const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What a decoded text stands for by itself. */
export function scalarMeanings(text: string, { types }: Reading): readonly [unknown, ...unknown[]] {
  const typed = [
    ...(types.includes("number") && isNumber.test(text) ? [Number(text)] : []),
    ...(types.includes("boolean") && (text === "true" || text === "false") ? [text === "true"] : []),
    ...(types.includes("null") && (text === "null" || text === "") ? [null] : []),
  ];
  const [first, ...rest] = typed;
  if (first === undefined) return [text];
  return types.includes("string") ? [first, ...rest, text] : [first, ...rest];
}

/** A list by what each of its texts stands for: the likeliest, and if there are others, those. */
export function listMeanings(texts: readonly string[], items: Reading): readonly [unknown, ...unknown[]] {
  const all = texts.map((text) => scalarMeanings(text, items));
  const likeliest = all.map(([first]) => first);
  return all.some((meanings) => meanings.length > 1) ? [likeliest, all.map((meanings) => meanings.at(-1))] : [likeliest];
}

/** The members of an object by what each text stands for. */
function objectOf(pairs: Pairs, members: Readonly<Record<string, Reading>>): Readonly<Record<string, unknown>> {
  const texts = new Map<string, string[]>();
  for (const [name, text] of pairs) texts.set(name, [...(texts.get(name) ?? []), text]);
  return Object.fromEntries([...texts].map(([name, its]) => [name, memberOf(its, own(members, name) ?? unknownReading)]));
}

/** What a name that the document does not know stands for. */
export const unknownReading: Reading = { types: ["string"] };

/** A member of its own: names are the client's, and every object of JavaScript has others. */
export const own = <T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;

function memberOf(texts: readonly string[], reading: Reading): unknown {
  const [first = ""] = texts;
  if (reading.items !== undefined) return listMeanings(texts, reading.items)[0];
  return texts.length === 1 ? scalarMeanings(first, reading)[0] : texts;
}

const delimiters = { spaceDelimited: /%20|\+| /, pipeDelimited: /\||%7C/i, tabDelimited: /%09|\t/i } as const;

const delimiterOf = (style: StyleForm["style"]): RegExp | "," =>
  style === "spaceDelimited" || style === "pipeDelimited" || style === "tabDelimited" ? delimiters[style] : ",";

/** Decodes a text; undefined where it is not percent-encoded. */
export type Decode = (text: string) => string | undefined;

export const fromQuery: Decode = (text) => decoded(text.replaceAll("+", " "));

export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What one text stands for, delimited as its style says. */
export function textMeanings(text: string, { style, explode, reading }: StyleForm, decode: Decode): Meanings {
  const { items, members, types } = reading;
  const parts = text === "" ? [] : text.split(delimiterOf(style));
  const texts = decodedAll(parts, decode);
  const whole = decode(text);
  if (texts === undefined || whole === undefined) return undefined;
  const scalar = scalarMeanings(whole, reading);
  if (items !== undefined) {
    const list = listMeanings(texts, items);
    return types.length > 0 && texts.length <= 1 ? [...scalar, ...list] : list;
  }
  if (members === undefined) return scalar;
  const object = objectOf(explode ? texts.map(split) : inPairs(texts), members);
  return types.length > 0 ? [object, ...scalar] : [object];
}

const decodedAll = (texts: readonly string[], decode: Decode): readonly string[] | undefined => {
  const all = texts.flatMap((text) => decode(text) ?? []);
  return all.length === texts.length ? all : undefined;
};

/** `name=value`, as a pair. */
export function split(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

const inPairs = (texts: readonly string[]): Pairs =>
  texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? ""] as const] : []));

/** What the pairs of a query or form say of one name; undefined in `found` where it is not there. */
export function pairMeanings(
  name: string,
  form: StyleForm,
  pairs: Pairs,
  decode: Decode,
): { readonly found: boolean; readonly meanings: Meanings } {
  const { style, explode, reading } = form;
  if (style === "deepObject") return objectMeanings(deepPairs(name, pairs), reading, decode);
  if (style === "form" && explode && reading.members !== undefined && reading.items === undefined) {
    const { members } = reading;
    return objectMeanings(
      pairs.filter(([key]) => Object.hasOwn(members, key)),
      reading,
      decode,
    );
  }
  const texts = pairs.flatMap(([key, text]) => (key === name ? [text] : []));
  const [first] = texts;
  if (first === undefined) return { found: false, meanings: undefined };
  if (!(style === "form" && explode && reading.items !== undefined)) {
    return { found: true, meanings: texts.length > 1 ? undefined : textMeanings(first, { ...form, explode: false }, decode) };
  }
  const all = decodedAll(texts, decode);
  if (all === undefined) return { found: true, meanings: undefined };
  const list = listMeanings(all, reading.items);
  const isScalar = reading.types.length > 0 && all.length === 1;
  return { found: true, meanings: isScalar ? [...scalarMeanings(all[0] ?? "", reading), ...list] : list };
}

/** `name[member]` and `name[member][]` say a member. */
const deepPairs = (name: string, pairs: Pairs): Pairs =>
  pairs.flatMap(([key, text]) => {
    const member = key.startsWith(`${name}[`) ? /^\[([^[\]]*)\](?:\[\d*\])?$/.exec(key.slice(name.length))?.[1] : undefined;
    return member === undefined ? [] : [[member, text] as const];
  });

function objectMeanings(pairs: Pairs, { members = {} }: Reading, decode: Decode): { readonly found: boolean; readonly meanings: Meanings } {
  if (pairs.length === 0) return { found: false, meanings: undefined };
  const texts = decodedAll(
    pairs.map(([, text]) => text),
    decode,
  );
  if (texts === undefined) return { found: true, meanings: undefined };
  return {
    found: true,
    meanings: [
      objectOf(
        pairs.map(([name], index) => [name, texts[index] ?? ""] as const),
        members,
      ),
    ],
  };
}

/** The pairs of a query or form; a name that is not percent-encoded is taken as it is. */
export const pairsOf = (text: string): Pairs =>
  text
    .split("&")
    .filter((one) => one !== "")
    .map(split)
    .map(([name, value]) => [fromQuery(name) ?? name, value] as const);
