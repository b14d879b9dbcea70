/** A set of characters, as a regular expression names one. */
export interface Characters {
  readonly has: (character: string) => boolean;
  /** Characters to try besides the usual ones. */
  readonly extra: readonly string[];
  /** The only character, where one is named. */
  readonly single?: string;
}

/** Printable ASCII, the readable before the odd: what a text is made of where the set leaves a choice. */
const usual: readonly string[] = [
  ..."abcdefghijklmnopqrstuvwxyz",
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  ..."0123456789",
  ..."-_. ~!@#$%&'()*+,/:;<=>?[\\]^`{|}\"",
];

/** The characters of the text; one of them is a single character. */
export function listed(text: string): Characters {
  const characters = [...text];
  const [single] = characters;
  const set = { has: (character: string) => characters.includes(character), extra: characters };
  return characters.length === 1 && single !== undefined ? { ...set, single } : set;
}

export function negated(set: Characters): Characters {
  return { has: (character) => !set.has(character), extra: ["\t", "\n", "\u00e9"] };
}

const classes: ReadonlyMap<string, RegExp> = new Map([
  ["d", /\d/],
  ["D", /\D/],
  ["w", /\w/],
  ["W", /\W/],
  ["s", /\s/],
  ["S", /\S/],
]);

const controls: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["f", "\f"],
  ["v", "\v"],
  ["0", "\0"],
]);

/** What a backslash and this text stand for: `d`, `n`, `u00e9`, `p{L}`, or the character itself. */
export function escaped(text: string): Characters {
  const known = classes.get(text);
  if (known !== undefined) return { has: (character) => known.test(character), extra: ["\t"] };
  if (/^[pP]\{/.test(text)) return unicodeProperty(text);
  const code = /^[ux]\{?([\dA-Fa-f]+)\}?$/.exec(text)?.[1];
  if (code !== undefined)
    return Number.parseInt(code, 16) > 0x10ffff ? listed("") : listed(String.fromCodePoint(Number.parseInt(code, 16)));
  if (/^c[A-Za-z]$/.test(text)) return listed(String.fromCharCode(text.charCodeAt(1) % 32));
  return listed(controls.get(text) ?? text);
}

function unicodeProperty(text: string): Characters {
  try {
    const property = new RegExp(`^\\${text}$`, "u");
    return { has: (character) => property.test(character), extra: ["\u00e9", "\u00c9", "\u4e2d", "\u0430", "\u03b1"] };
  } catch {
    // There is no such property: no character has it.
    return listed("");
  }
}

/** The characters of a set that a text can be made of, the readable first. */
export function ordered(set: Characters): readonly string[] {
  return [...new Set([...usual, ...set.extra])].filter(set.has);
}
