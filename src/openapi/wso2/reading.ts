import { error, type Problem } from "../../problem.ts";
import { elements, isObject, members, type Node, placeOf } from "../../text/node.ts";
import { tokens } from "../../text/pointer.ts";
import { didYouMean } from "../../text/suggest.ts";

/** Reads raw values one by one. What is wrong is added to `problems`, and the value is then undefined. */
export class Reading {
  readonly problems: Problem[] = [];

  text(node: Node | undefined): string | undefined {
    return this.#typed(node, "a text", (value) => (typeof value === "string" ? value : undefined));
  }

  flag(node: Node | undefined): boolean | undefined {
    return this.#typed(node, "true or false", (value) => (typeof value === "boolean" ? value : undefined));
  }

  number(node: Node | undefined): number | undefined {
    return this.#typed(node, "a number", (value) => (typeof value === "number" ? value : undefined));
  }

  list(node: Node | undefined): readonly Node[] | undefined {
    return this.#typed(node, "a list", (value) => (node !== undefined && Array.isArray(value) ? elements(node) : undefined));
  }

  texts(node: Node | undefined): readonly string[] | undefined {
    return this.list(node)?.flatMap((element) => this.text(element) ?? []);
  }

  /** Numbers in a list, or in a text with commas between them, as WSO2's older documents have it. */
  numbers(node: Node | undefined): readonly number[] | undefined {
    if (typeof node?.value === "string") {
      const found = node.value.split(",").map(Number);
      return this.#typed(node, "numbers with commas between them", () => (found.some(Number.isNaN) ? undefined : found));
    }
    return this.list(node)?.flatMap((element) => this.number(element) ?? []);
  }

  oneOf<T extends string>(node: Node | undefined, known: readonly T[]): T | undefined {
    const text = this.text(node);
    const found = known.find((word) => word === text);
    if (node !== undefined && text !== undefined && found === undefined) this.problems.push(notOneOf(node, text, known));
    return found;
  }

  /** The members of a mapping by name; kebab-case is read as camelCase. One that is not known is a Problem. */
  mapping<T extends string>(node: Node | undefined, known: readonly T[]): Partial<Record<T, Node>> | undefined {
    if (this.#typed(node, "a mapping", (value) => (isObject(value) ? value : undefined)) === undefined || node === undefined)
      return undefined;
    const found: Partial<Record<T, Node>> = {};
    for (const [key, member] of members(node)) {
      const name = known.find((one) => one === camelCase(key));
      if (name === undefined) this.problems.push(error("UnknownField", placeOf(member), unknownField(key, known)));
      else found[name] = member;
    }
    return found;
  }

  #typed<T>(node: Node | undefined, wanted: string, read: (value: unknown) => T | undefined): T | undefined {
    if (node === undefined) return undefined;
    const value = read(node.value);
    if (value === undefined) this.problems.push(error("WrongType", placeOf(node), `\`${nameOf(node)}\` takes ${wanted}. Write ${wanted}.`));
    return value;
  }
}

/** The name by which a message calls a value: its key, or for an element of a list the list's. */
export const nameOf = (node: Node): string => tokens(node.pointer).findLast((token) => !/^[0-9]+$/.test(token)) ?? "";

const camelCase = (key: string): string => key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const listed = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");

function unknownField(key: string, known: readonly string[]): string {
  return `\`${key}\` is no field that WSO2's key has.${didYouMean(key, known) || ` It has ${listed(known)}.`}`;
}

function notOneOf(node: Node, text: string, known: readonly string[]): Problem {
  const meant = didYouMean(text, known) || " Write one of them.";
  return error("WrongValue", placeOf(node), `\`${nameOf(node)}\` takes one of ${listed(known)}, not \`${text.slice(0, 60)}\`.${meant}`);
}

/** Milliseconds as a length of time of `x-portico` (GEP-2257): 90500 is `1m30s500ms`. */
export function lengthOfTime(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 3_600_000), "h"],
    [Math.floor(whole / 60_000) % 60, "m"],
    [Math.floor(whole / 1000) % 60, "s"],
    [whole % 1000, "ms"],
  ];
  const text = parts.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("");
  return text === "" ? "0s" : text;
}

/** An object without the members that have no value; undefined when none has. */
export function present(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
