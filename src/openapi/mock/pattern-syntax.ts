import { type Characters, escaped, listed, negated, ordered } from "./characters.ts";

/** A regular expression as far as texts can be made from it: alternatives of pieces that follow one another. */
export type Choice = readonly (readonly Piece[])[];

/** A piece with how often it stands; `most` may be infinite. */
export type Piece = Unrepeated & { readonly least: number; readonly most: number };

type Unrepeated = { readonly kind: "set"; readonly characters: readonly string[] } | { readonly kind: "group"; readonly choice: Choice };

/** Longer expressions are not read; it bounds the nesting too. */
const maxLength = 1_000;

/** What is not read: it ends the reading, and there is no text for the expression. */
class Unreadable extends Error {}

/** Reads a regular expression. Undefined when it is wrong, or has a look-around, a back reference or an anchor between characters. */
export function parsePattern(pattern: string): Choice | undefined {
  if (pattern.length > maxLength) return undefined;
  try {
    return new Reader(pattern).whole();
  } catch (thrown) {
    if (thrown instanceof Unreadable) return undefined;
    throw thrown;
  }
}

class Reader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  whole(): Choice {
    const choice = this.#choice();
    if (this.#at < this.#pattern.length) throw new Unreadable();
    return choice;
  }

  /** The text at the reader that the expression matches, stepped over; undefined when it does not match. */
  #eat(expression: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(expression.source, "yu");
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#pattern) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #choice(): Choice {
    const alternatives = [this.#sequence()];
    while (this.#eat(/\|/)) alternatives.push(this.#sequence());
    return alternatives;
  }

  #sequence(): readonly Piece[] {
    const pieces: Piece[] = [];
    // An anchor is true at the ends, where nothing stands before or after it; elsewhere no text could match.
    this.#eat(/\^|\\A/);
    while (this.#at < this.#pattern.length && !this.#eat(/(?=[|)])/)) {
      if (this.#eat(/(?:\$|\\[zZ])(?=$|[|)])|\\b/)) continue;
      pieces.push(this.#repeated(this.#piece()));
    }
    return pieces;
  }

  #piece(): Unrepeated {
    if (this.#eat(/\((?:\?:|\?<[A-Za-z_]\w*>)?(?!\?)/)) {
      const choice = this.#choice();
      if (!this.#eat(/\)/)) throw new Unreadable();
      return { kind: "group", choice };
    }
    const characters = ordered(this.#set());
    if (characters.length === 0) throw new Unreadable();
    return { kind: "set", characters };
  }

  #set(): Characters {
    const listing = this.#eat(/\[(\^?)/);
    if (listing !== undefined) return this.#list(listing[1] === "^");
    if (this.#eat(/\./)) return negated(listed("\n\r"));
    return this.#escape() ?? listed(this.#eat(/[^()[\]*+?^$|\\]/u)?.[0] ?? this.#unreadable());
  }

  /** A set of characters behind a backslash; a back reference and an anchor are none. */
  #escape(): Characters | undefined {
    const found = this.#eat(/\\(u\{[\dA-Fa-f]+\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|[pP]\{[^}]+\}|c[A-Za-z]|[^1-9bBkAzZux])/);
    return found === undefined ? undefined : escaped(found[1] ?? "");
  }

  #list(negative: boolean): Characters {
    const sets: Characters[] = [];
    while (!this.#eat(/\]/)) {
      const from = this.#listMember();
      const dash = from.single === undefined ? undefined : this.#eat(/-(?!\])/);
      sets.push(dash === undefined ? from : range(from.single ?? "", this.#listMember().single ?? this.#unreadable()));
    }
    const together: Characters = { has: (character) => sets.some((set) => set.has(character)), extra: sets.flatMap(({ extra }) => extra) };
    return negative ? negated(together) : together;
  }

  #listMember(): Characters {
    return this.#escape() ?? listed(this.#eat(/[^\]\\]/u)?.[0] ?? this.#unreadable());
  }

  #repeated(piece: Unrepeated): Piece {
    const found = this.#eat(/([*+?]|\{(\d{1,9})(,?)(\d{0,9})\})[?+]?/);
    if (found === undefined) return { ...piece, least: 1, most: 1 };
    const [, sign, least = "", comma, most = ""] = found;
    if (sign === "*") return { ...piece, least: 0, most: Number.POSITIVE_INFINITY };
    if (sign === "+") return { ...piece, least: 1, most: Number.POSITIVE_INFINITY };
    if (sign === "?") return { ...piece, least: 0, most: 1 };
    return { ...piece, least: Number(least), most: comma === "" ? Number(least) : most === "" ? Number.POSITIVE_INFINITY : Number(most) };
  }

  #unreadable(): never {
    throw new Unreadable();
  }
}

function range(from: string, to: string): Characters {
  return { has: (character) => character >= from && character <= to, extra: [from, to] };
}
