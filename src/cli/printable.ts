import { printable } from "../text/printable.ts";

export { printable };

/** The same of a text whose lines are to stay lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** A value as JSON whose text a terminal shows as it is: what it would act on is escaped, which is the same JSON. */
export const printableJson = (value: unknown): string =>
  `${JSON.stringify(value, undefined, 2).replaceAll(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
