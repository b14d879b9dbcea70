import { z } from "zod";
import { under } from "./law.ts";

/** A length of time as Gateway API writes it (GEP-2257): `500ms`, `10s`, `1h30m`. */
export const duration = z
  .string()
  .regex(
    /^([0-9]{1,5}(h|m|s|ms)){1,4}$/,
    "Not a length of time. Write a number with its unit (ms, s, m, h), such as `500ms`, `10s` or `1h30m`.",
  );

/** A duration that cannot be nothing. */
export const positiveDuration = under(duration, {
  message: "Nothing happens in no time. Write a length of time that is not 0.",
  holds: (text) => /[1-9]/.test(text),
  cel: "duration(self) > duration('0s')",
});

const unitMs = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const isUnit = (text: string): text is keyof typeof unitMs => text in unitMs;

/** A duration that was checked, in milliseconds. */
export function milliseconds(text: string): number {
  let sum = 0;
  for (const [, count, unit = ""] of text.matchAll(/([0-9]+)(ms|h|m|s)/g)) if (isUnit(unit)) sum += Number(count) * unitMs[unit];
  return sum;
}
