import { inspect } from "node:util";

/** A secret text that no log, error, JSON or template shows: only who asks for it by name has it. */
export class Redacted {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  reveal(): string {
    return this.#secret;
  }

  /** Another secret made from this one. */
  map(change: (secret: string) => string): Redacted {
    return new Redacted(change(this.#secret));
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    return "[redacted]";
  }

  [inspect.custom](): string {
    return "[redacted]";
  }
}
