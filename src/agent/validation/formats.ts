import { fullFormats } from "ajv-formats/dist/formats.js";

const largest = 2 ** 63;

/** As far as numbers of JavaScript tell: those that are near the bounds are rounded to them. */
const isInt64 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= largest;

/** Base64 (RFC 4648, section 4), all of the text. */
const isByte = (text: string): boolean => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);

/** What formats ask for, by their names. Ajv's own int64 is any integer, and its byte any text with one line that is Base64, or empty. */
export const formats = { fullFormats: { ...fullFormats, int64: { type: "number", validate: isInt64 }, byte: isByte } };
