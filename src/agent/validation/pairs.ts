import { deepMeanings } from "./deep-object.ts";
import { type Found, foundIn, type Pairs } from "./found.ts";
import { type Decode, decodedAll, fromQuery, memberMeanings, objectMeanings, type StyleForm, split, textMeanings } from "./texts.ts";

/** The pairs of a query or form; a name that is not percent-encoded is taken as it is. */
export const pairsOf = (text: string): Pairs =>
  text
    .split("&")
    .filter((one) => one !== "")
    .map(split)
    .map(([name, value]) => [fromQuery(name) ?? name, value] as const);

export const textsNamed = (name: string, pairs: Pairs): readonly string[] => pairs.flatMap(([key, text]) => (key === name ? [text] : []));

/** What the pairs of a query or form say of one name. */
export function pairMeanings(name: string, form: StyleForm, pairs: Pairs, decode: Decode): Found {
  const { style, explode, reading } = form;
  if (style === "deepObject") return deepMeanings(name, reading, pairs, decode);
  const spread = pairs.filter(([key]) => isMember(key, form));
  if (spread.length > 0) return membersFound(spread, form, decode);
  const texts = textsNamed(name, pairs);
  const [first, ...others] = texts;
  // An object stands there by its members alone.
  const scalar = isSpread(form) ? { types: reading.types } : reading;
  if (first === undefined || (isSpread(form) && reading.types.length === 0)) return undefined;
  if (!(style === "form" && explode && reading.items !== undefined))
    return foundIn(others.length > 0 ? undefined : textMeanings(first, { ...form, explode: false, reading: scalar }, decode));
  const all = decodedAll(texts, decode);
  return foundIn(all && memberMeanings(all, reading));
}

const isSpread = ({ style, explode, reading }: StyleForm): boolean =>
  style === "form" && explode && reading.members !== undefined && reading.items === undefined;

/** Whether a name is one of a member of an object that is written without its own. A free-form one has those that nothing else is named. */
export function isMember(key: string, form: StyleForm): boolean {
  if (!isSpread(form)) return false;
  const { reading, others } = form;
  if (Object.hasOwn(reading.members ?? {}, key)) return true;
  return reading.rest !== undefined && others?.some((name) => key === name || key.startsWith(`${name}[`)) === false;
}

function membersFound(pairs: Pairs, { reading }: StyleForm, decode: Decode): Found {
  const texts = decodedAll(
    pairs.map(([, text]) => text),
    decode,
  );
  const members = texts && pairs.map(([name], index) => [name, texts[index] ?? ""] as const);
  return foundIn(members && objectMeanings(members, reading));
}
