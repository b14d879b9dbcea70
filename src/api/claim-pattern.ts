import { RE2JS } from "re2js";

/** Envoy compiles what a claim is matched by to so many instructions at most (cel-cpp: `regex_max_program_size`); they match octets of UTF-8. */
const mostInstructions = 100;

/** A letter for each instruction that a part may take beyond those that re2js counts, which matches characters and not octets. */
const weights: readonly (readonly [part: RegExp, instructions: (part: string) => number])[] = [
  // Kinds of characters of all scripts.
  [/^\\[pP]/, () => 2 * mostInstructions],
  // What is not something: all of UTF-8 but a few.
  [/^(?:\\[DWS]|\[\^|\.$)/, () => 12],
  [/^\\w/, () => 4],
  [/^\[/, (part) => (isAscii(part) ? rangesIn(part) : 2 * mostInstructions)],
  [/^[^\\]/u, (part) => (isAscii(part) ? 1 : 4)],
];

/** Each range of a choice in brackets, and each character. */
const rangesIn = (choice: string): number =>
  choice
    .slice(1, -1)
    .replaceAll(/\[:\w+:\]/g, "words")
    .replaceAll(/\\?.-\\?./gs, "r").length;

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** One character as it stands, a kind of them, or a choice in brackets. */
const parts = /\\[pP](?:\{[^}]*\}|.)|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|[.]|[^\0-\x7f]/gsu;

/** Whether Envoy compiles an expression (RE2) that a claim is to match. What is counted is never less than what Envoy counts. */
export function fitsClaim(pattern: string): boolean {
  const weighed = pattern.replaceAll(parts, (part) => {
    const [, instructions] = weights.find(([kind]) => kind.test(part)) ?? [];
    const count = instructions?.(part) ?? 1;
    return count <= 1 ? part : `(?:${"a".repeat(count)})`;
  });
  // In capitals and small letters some letters are more than two.
  const most = /\(\?[a-zA-Z]*i/.test(pattern) ? mostInstructions / 8 : mostInstructions;
  try {
    return RE2JS.compile(`^(?:${weighed})$`).programSize() <= most;
  } catch {
    return false;
  }
}
