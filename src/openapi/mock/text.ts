import { fromPattern } from "./pattern.ts";
import { numbersOf, type Part, valuesOf } from "./schema.ts";

/** Longer texts than this are not made, whatever minLength says. */
const maxLength = 4_096;

/** The days from a fixed one on, as a date. */
const day = (turn: number): string => new Date(Date.UTC(2024, 0, 15 + (turn % 10_000))).toISOString().slice(0, 10);
const hex = (turn: number, digits: number): string => (turn + 1).toString(16).padStart(digits, "0").slice(-digits);
const number = (turn: number): string => (turn === 0 ? "" : String(turn + 1));

/** A text for each format of OpenAPI and JSON Schema (draft 2020-12, Validation, section 7.3), another one for each turn. */
const formats: ReadonlyMap<unknown, (turn: number) => string> = new Map<unknown, (turn: number) => string>([
  ["date-time", (turn) => `${day(turn)}T09:30:00Z`],
  ["date", day],
  ["time", (turn) => `09:${String(turn % 60).padStart(2, "0")}:00Z`],
  ["duration", (turn) => `P${turn + 1}D`],
  ["uuid", (turn) => `3fa85f64-5717-4562-b3fc-${hex(turn, 12)}`],
  ["email", (turn) => `user${number(turn)}@example.com`],
  ["idn-email", (turn) => `user${number(turn)}@example.com`],
  ["hostname", (turn) => `host${number(turn)}.example.com`],
  ["idn-hostname", (turn) => `host${number(turn)}.example.com`],
  ["ipv4", (turn) => `192.0.2.${(turn % 254) + 1}`],
  ["ipv6", (turn) => `2001:db8::${hex(turn, 4).replace(/^0+/, "")}`],
  ["uri", (turn) => `https://example.com/${number(turn)}`],
  ["url", (turn) => `https://example.com/${number(turn)}`],
  ["iri", (turn) => `https://example.com/${number(turn)}`],
  ["uri-reference", (turn) => `/example${number(turn)}`],
  ["iri-reference", (turn) => `/example${number(turn)}`],
  ["uri-template", (turn) => `/example${number(turn)}/{id}`],
  ["json-pointer", (turn) => `/example${number(turn)}`],
  ["relative-json-pointer", (turn) => `${turn}/example`],
  ["regex", (turn) => `^example${number(turn)}$`],
  ["byte", (turn) => Buffer.from(`string${number(turn)}`).toString("base64")],
]);

/**
 * A text for a string schema: by its format, else by its pattern where that is simple enough, else plain and as long as it must be.
 * Lengths count characters. A document's pattern is never run: it may take for ever.
 */
export function sampleText(parts: readonly Part[], turn: number): string {
  const atLeast = Math.min(Math.max(0, ...numbersOf(parts, "minLength")), maxLength);
  const atMost = Math.max(0, Math.min(maxLength, ...numbersOf(parts, "maxLength")));
  const format = valuesOf(parts, "format").flatMap((name) => formats.get(name) ?? [])[0];
  if (format !== undefined) {
    const text = format(turn);
    if (text.length >= atLeast && text.length <= atMost) return text;
  }
  for (const pattern of valuesOf(parts, "pattern")) {
    const text = typeof pattern === "string" ? fromPattern(pattern, atLeast, turn) : undefined;
    if (text !== undefined && text.length <= atMost) return text;
  }
  return plainText(atLeast, atMost, turn);
}

function plainText(atLeast: number, atMost: number, turn: number): string {
  const length = Math.min(Math.max(6, atLeast), atMost);
  const text = "string".repeat(Math.ceil(length / 6)).slice(0, length);
  if (turn === 0 || length === 0) return text;
  const ending = turn.toString(36).slice(-length);
  return text.slice(0, length - ending.length) + ending;
}
