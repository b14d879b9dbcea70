import { type Choice, type Piece, parsePattern } from "./pattern-syntax.ts";

/** Longer texts are not made from a pattern. */
const maxLength = 1_000;

/** What is left to do while a text is made: characters that it still lacks, and which of the possible characters to take. */
interface Making {
  missing: number;
  turn: number;
  text: string;
}

/**
 * A text that a regular expression (ECMA-262, as JSON Schema has it) matches, as short as it may be but `atLeast` that long if its
 * repetitions allow; another text for each turn as far as there are some. Undefined for expressions that look around or back.
 */
export function fromPattern(pattern: string, atLeast: number, turn: number): string | undefined {
  const choice = parsePattern(pattern);
  if (choice === undefined) return undefined;
  const making: Making = { missing: Math.min(atLeast, maxLength) - lengthOf(choice), turn, text: "" };
  writeChoice(choice, making);
  return making.text.length > maxLength ? undefined : making.text;
}

/** The length of the text when everything stands as rarely as it may. */
function lengthOf([first = []]: Choice): number {
  return first.reduce((sum, piece) => sum + piece.least * (piece.kind === "set" ? 1 : lengthOf(piece.choice)), 0);
}

function writeChoice(choice: Choice, making: Making): void {
  for (const piece of choice[0] ?? []) {
    const times = timesOf(piece, making);
    for (let time = 0; time < times && making.text.length <= maxLength; time++) writePiece(piece, making);
  }
}

/** As often as the piece must stand, and more often while the text is too short. */
function timesOf(piece: Piece, making: Making): number {
  const length = piece.kind === "set" ? 1 : lengthOf(piece.choice);
  // Nothing, however often, stays nothing; inside of it there may be something that can stand more often.
  if (length === 0) return Math.min(piece.most, 1);
  if (making.missing <= 0) return piece.least;
  const more = Math.min(Math.ceil(making.missing / length), piece.most - piece.least);
  making.missing -= more * length;
  return piece.least + more;
}

function writePiece(piece: Piece, making: Making): void {
  if (piece.kind === "group") {
    writeChoice(piece.choice, making);
    return;
  }
  const { characters } = piece;
  making.text += characters[making.turn % characters.length] ?? "";
  making.turn = Math.floor(making.turn / characters.length);
}
