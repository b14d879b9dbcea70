/**
 * Text of a document, a path or another program as it may be shown on a terminal, in one line: characters that steer a terminal, break the
 * line or turn the direction of reading (Unicode's Bidi_Control) are replaced, one for one.
 */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === "\t" ? " " : "\ufffd",
  );
