/** About how many bytes of JSON a sample grows to before optional members are left out. */
export const targetBytes = 2_000;

/** How many bytes of JSON no sample goes beyond. */
const maxBytes = 65_536;

/** How many schemas one sample looks at: the bound on time where a schema offers many ways that lead nowhere. */
const maxSteps = 5_000;

/** What one sample has taken so far of what it may take. It changes while the sample is made, and lives no longer. */
export class Budget {
  #used = 0;
  #steps = 0;

  /** Bytes taken so far. */
  get used(): number {
    return this.#used;
  }

  /** Takes so many bytes, unless that is too much. */
  take(bytes: number): boolean {
    if (this.#used + bytes > maxBytes) return false;
    this.#used += bytes;
    return true;
  }

  /** Takes the bytes of a value as JSON. */
  takeValue(value: unknown): boolean {
    return this.take(jsonBytes(value, maxBytes));
  }

  /** Back to what was used before something was tried and thrown away. The steps of the trial stay counted. */
  restore(used: number): void {
    this.#used = used;
  }

  /** Counts one schema; false when there were too many. */
  step(): boolean {
    this.#steps += 1;
    return this.#steps <= maxSteps;
  }
}

/** The bytes of a value as JSON, commas counted generously; counting ends soon after `limit`. */
function jsonBytes(value: unknown, limit: number): number {
  if (typeof value === "string") return textBytes(value, limit);
  if (typeof value !== "object" || value === null) return Math.max(4, String(value).length);
  let bytes = 2;
  for (const [key, member] of Object.entries(value)) {
    if (bytes > limit) break;
    bytes += 1 + jsonBytes(member, limit - bytes) + (Array.isArray(value) ? 0 : 1 + textBytes(key, limit));
  }
  return bytes;
}

/** A text that is longer than the limit is not written out to be measured. */
const textBytes = (text: string, limit: number): number => (text.length > limit ? text.length : Buffer.byteLength(JSON.stringify(text)));
