import { numbersOf, type Part } from "./schema.ts";

/** An end of a range of numbers, and whether it is outside of it itself. */
interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

/**
 * A number within the schema's bounds, 1 where it may be; the next ones for other `turn`s. Exclusive bounds are numbers (3.1) or say
 * that the other bound is exclusive (2.0, 3.0).
 */
export function sampleNumber(parts: readonly Part[], integer: boolean, turn: number): number {
  const low = lowest(parts, "minimum", "exclusiveMinimum", 1);
  const high = lowest(parts, "maximum", "exclusiveMaximum", -1);
  const steps = numbersOf(parts, "multipleOf").filter((step) => step > 0);
  const step = commonStep(integer ? [...steps, 1] : steps);
  return (step === undefined ? between(low, high, turn) : multiple(step, low, high, turn)) + 0;
}

/** The tightest bound of the parts: the highest low one (`sign` 1) or the lowest high one (-1). */
function lowest(parts: readonly Part[], keyword: string, exclusiveKeyword: string, sign: 1 | -1): Bound | undefined {
  const bounds: Bound[] = numbersOf(parts, exclusiveKeyword).map((value) => ({ value, exclusive: true }));
  for (const part of parts) {
    for (const value of numbersOf([part], keyword)) bounds.push({ value, exclusive: part.keywords[exclusiveKeyword] === true });
  }
  return bounds.sort((a, b) => sign * (b.value - a.value) || Number(b.exclusive) - Number(a.exclusive))[0];
}

/** The smallest step that is a multiple of all steps, as far as it is found in short time. */
function commonStep([first, ...others]: readonly number[]): number | undefined {
  if (first === undefined) return undefined;
  for (let times = 1; times <= 10_000; times++) {
    const step = clean(times * first);
    if (others.every((other) => Math.abs(step / other - Math.round(step / other)) < 1e-9)) return step;
  }
  return first;
}

function multiple(step: number, low: Bound | undefined, high: Bound | undefined, turn: number): number {
  const first = low === undefined ? Number.NEGATIVE_INFINITY : edge(low, step, 1);
  const last = high === undefined ? Number.POSITIVE_INFINITY : edge(high, step, -1);
  const wanted = Math.min(Math.max(Math.ceil(1 / step), first), last);
  const up = wanted + turn;
  return clean(step * (up <= last ? up : Math.max(wanted - (up - last), first)));
}

/** How many steps lead to the first number inside of a bound. */
function edge({ value, exclusive }: Bound, step: number, direction: 1 | -1): number {
  const steps = clean(value / step);
  const inside = direction === 1 ? Math.ceil(steps) : Math.floor(steps);
  return exclusive && inside === steps ? inside + direction : inside;
}

/** A number of a range without steps. */
function between(low: Bound | undefined, high: Bound | undefined, turn: number): number {
  const wanted = 1 + turn;
  if (isAbove(wanted, low) && isBelow(wanted, high)) return wanted;
  if (low !== undefined && high !== undefined) {
    if (turn === 0 && !low.exclusive) return low.value;
    return low.value + (high.value - low.value) * ((turn + 1) / (turn + 2));
  }
  if (low !== undefined) return low.value + turn + Number(low.exclusive);
  return high === undefined ? wanted : high.value - turn - Number(high.exclusive);
}

const isAbove = (value: number, low: Bound | undefined): boolean =>
  low === undefined || value > low.value || (value === low.value && !low.exclusive);
const isBelow = (value: number, high: Bound | undefined): boolean =>
  high === undefined || value < high.value || (value === high.value && !high.exclusive);

/** Without the last digits of binary fractions: 3 * 0.1 is 0.3. */
const clean = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(14)));
