/** A value as DER writes it (X.690): the octet that says its kind, and what it holds. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** Values one behind the other; undefined where the octets are no DER: each length is said in front, in as few octets as it takes (section 10.1). */
export function derIn(octets: Uint8Array): readonly Der[] | undefined {
  const found: Der[] = [];
  for (let at = 0; at < octets.length; ) {
    const one = derAt(octets.subarray(at));
    if (one === undefined) return undefined;
    found.push(one.value);
    at += one.octets;
  }
  return found;
}

/** The first value in some octets, and of how many it is. Kinds of more than one octet, of which X.509 has none, are not read. */
function derAt(octets: Uint8Array): { readonly value: Der; readonly octets: number } | undefined {
  const [tag = 0x1f] = octets;
  const length = lengthIn(octets.subarray(1));
  if ((tag & 0x1f) === 0x1f || length === undefined) return undefined;
  const begin = 1 + length.octets;
  const content = octets.subarray(begin, begin + length.value);
  return content.length === length.value ? { value: { tag, content }, octets: begin + length.value } : undefined;
}

/** More octets than a length of anything here has. */
const mostDigits = 4;

function lengthIn(octets: Uint8Array): { readonly value: number; readonly octets: number } | undefined {
  const [first = 0x80] = octets;
  if (first < 0x80) return { value: first, octets: 1 };
  const digits = octets.subarray(1, 1 + (first & 0x7f));
  const value = digits.reduce((all, digit) => all * 256 + digit, 0);
  const isShortest = digits.length === (first & 0x7f) && digits[0] !== 0 && value >= 0x80;
  return isShortest && digits.length <= mostDigits ? { value, octets: 1 + digits.length } : undefined;
}

/** Whether a value is of some form. */
export type Form = (value: Der) => boolean;

/** A part of a sequence that may be left out. */
interface Optional {
  readonly optional: Form;
}
type Part = Form | Optional;
export const optional = (form: Form): Optional => ({ optional: form });

/** A value of a kind that holds these, in their order, and nothing else. */
export const holding =
  (tag: number, ...parts: readonly Part[]): Form =>
  (value) =>
    isOf(value, tag, (found) => areParts(found, parts));

function areParts([one, ...more]: readonly Der[], [part, ...parts]: readonly Part[]): boolean {
  if (part === undefined) return one === undefined;
  const form = typeof part === "function" ? part : part.optional;
  if (one !== undefined && form(one)) return areParts(more, parts);
  return typeof part !== "function" && areParts(one === undefined ? [] : [one, ...more], parts);
}

/** A value of a kind that holds some of a form, `least` at the least. */
export const some =
  (tag: number, form: Form, least: 0 | 1): Form =>
  (value) =>
    isOf(value, tag, (found) => found.length >= least && found.every(form));

function isOf(value: Der, tag: number, holds: (found: readonly Der[]) => boolean): boolean {
  const found = value.tag === tag ? derIn(value.content) : undefined;
  return found !== undefined && holds(found);
}

export const anyOf =
  (...forms: readonly Form[]): Form =>
  (value) =>
    forms.some((form) => form(value));

/** A value of a kind whose octets are of some form. */
export const kind =
  (tag: number, holds: (content: Uint8Array) => boolean): Form =>
  (value) =>
    value.tag === tag && holds(value.content);
