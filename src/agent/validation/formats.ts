import { fullFormats } from "ajv-formats/dist/formats.js";

const largest = 2 ** 63;

/** As far as numbers of JavaScript tell: those that are near the bounds are rounded to them. */
const isInt64 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= largest;

/** What formats ask for, by their names. Ajv's own int64 is any integer. */
export const formats = { fullFormats: { ...fullFormats, int64: { type: "number", validate: isInt64 } } };
