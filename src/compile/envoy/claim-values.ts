import type { Message } from "./json.ts";

// What a value in the metadata of a request is compared with (envoy: type.matcher.v3.ValueMatcher).

export const equal = (text: string): Message => ({ string_match: { exact: text } });
export const oneOf = (values: readonly Message[]): Message =>
  values.length === 1 && values[0] ? values[0] : { or_match: { value_matchers: values } };

const isNumber = (text: string): boolean => /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text);

/** Whether a text is a number that a double tells from others: beyond that one would stand for its neighbours, too. */
export const isTold = (text: string): boolean => isNumber(text) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER;

/** The same for somebody who is kept out: so are then those whom nobody can tell from him. */
export const blockedMatchers = (text: string): readonly Message[] => [
  equal(text),
  ...(isNumber(text) && Number.isFinite(Number(text)) ? [{ double_match: { exact: Number(text) } }] : []),
];

/** A value as JSON may have it: a text, and a number or truth value that is written so. */
export function valueMatchers(text: string): readonly Message[] {
  const number = isTold(text) ? [{ double_match: { exact: Number(text) } }] : [];
  const truth = text === "true" || text === "false" ? [{ bool_match: text === "true" }] : [];
  return [equal(text), ...number, ...truth];
}
