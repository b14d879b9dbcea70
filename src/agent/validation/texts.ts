import type { ParameterForm, Reading } from "../../model/validation.ts";

/** What a text, or several of one name, may stand for: the likeliest value first. */
export type Meanings = readonly [unknown, ...unknown[]];

export type StyleForm = Extract<ParameterForm, { kind: "style" }>;

const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What a decoded text stands for by itself. */
function scalarMeanings(text: string, { types }: Reading): Meanings {
  const typed = [
    ...(types.includes("number") && isNumber.test(text) ? [Number(text)] : []),
    ...(types.includes("boolean") && (text === "true" || text === "false") ? [text === "true"] : []),
    ...(types.includes("null") && (text === "null" || text === "") ? [null] : []),
  ];
  const [first, ...rest] = typed;
  if (first === undefined) return [text];
  return types.includes("string") ? [first, ...rest, text] : [first, ...rest];
}

/** What is made of several by what each stands for: the likeliest of all, and if there are others, the last of all. */
export function together(all: readonly Meanings[], made: (values: readonly unknown[]) => unknown): Meanings {
  const likeliest = made(all.map(([first]) => first));
  return all.some((meanings) => meanings.length > 1) ? [likeliest, made(all.map((meanings) => meanings.at(-1)))] : [likeliest];
}

/** A list by what each of its texts stands for. */
const listMeanings = (texts: readonly string[], items: Reading): Meanings =>
  together(
    texts.map((text) => scalarMeanings(text, items)),
    (values) => values,
  );

/** What a name that the document does not know stands for. */
const unknownReading: Reading = { types: ["string"] };

/** What a member of an object stands for. */
export const memberReading = ({ members, rest }: Reading, name: string): Reading => own(members, name) ?? rest ?? unknownReading;

/** A member of its own: names are the client's, and every object of JavaScript has others. */
export const own = <T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;

/** An object by what its members, each named as often as it stands there, stand for. */
export function objectMeanings(texts: readonly (readonly [name: string, text: string])[], reading: Reading): Meanings {
  const members = [...Map.groupBy(texts, ([name]) => name)].map(([name, all]) => {
    const its = all.map(([, text]) => text);
    return [name, memberMeanings(its, memberReading(reading, name))] as const;
  });
  return together(
    members.map(([, meanings]) => meanings),
    (values) => Object.fromEntries(members.map(([name], index) => [name, values[index]])),
  );
}

/** What the texts of one name stand for; several are no scalar. */
export function memberMeanings(texts: readonly string[], reading: Reading): Meanings {
  const [first = "", ...others] = texts;
  if (reading.items === undefined) return others.length === 0 ? scalarMeanings(first, reading) : [texts];
  const list = listMeanings(texts, reading.items);
  return reading.types.length > 0 && others.length === 0 ? [...scalarMeanings(first, reading), ...list] : list;
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

/** What one text stands for, delimited as its style says; undefined where it is not percent-encoded. */
export function textMeanings(text: string, { style, explode, reading }: StyleForm, decode: Decode): Meanings | undefined {
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
  const object = objectMeanings(explode ? texts.map(split) : inPairs(texts), reading);
  return types.length > 0 ? [...object, ...scalar] : object;
}

/** Undefined where one of them is not percent-encoded. */
export const decodedAll = (texts: readonly string[], decode: Decode): readonly string[] | undefined => {
  const all = texts.flatMap((text) => decode(text) ?? []);
  return all.length === texts.length ? all : undefined;
};

/** `name=value`, as a pair. */
export function split(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

const inPairs = (texts: readonly string[]): readonly (readonly [string, string])[] =>
  texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? ""] as const] : []));
