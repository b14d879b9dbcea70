import type { Message } from "./json.ts";

// What a value in the metadata of a request is compared with (envoy: type.matcher.v3.ValueMatcher).

export const equal = (text: string): Message => ({ string_match: { exact: text } });
export const oneOf = (values: readonly Message[]): Message =>
  values.length === 1 && values[0] ? values[0] : { or_match: { value_matchers: values } };

/** A value as JSON may have it: a text, and a number or truth value that is written so. */
export function valueMatchers(text: string): readonly Message[] {
  // Beyond what a double tells apart one number would stand for its neighbours, too.
  const isTold = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER;
  const number = isTold ? [{ double_match: { exact: Number(text) } }] : [];
  const truth = text === "true" || text === "false" ? [{ bool_match: text === "true" }] : [];
  return [equal(text), ...number, ...truth];
}
