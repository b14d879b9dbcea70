/**
 * Text of a document or path as it may be shown on a terminal, in one line: characters that steer a terminal, break the line or turn the
 * direction of reading (Unicode's Bidi_Control) are replaced, one for one.
 */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === "\t" ? " " : "\ufffd",
  );

/** The same of a text whose lines are to stay lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** A value as JSON whose text a terminal shows as it is: what it would act on is escaped, which is the same JSON. */
export const printableJson = (value: unknown): string =>
  `${JSON.stringify(value, undefined, 2).replaceAll(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
