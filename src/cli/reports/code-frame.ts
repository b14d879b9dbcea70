import type { Paint } from "../paint.ts";
import { printable } from "../printable.ts";
import { cutToWidth, textWidth } from "../text-width.ts";

/** How many lines are shown before and after the one that is meant. */
const around = 2;

/** The numbers of the lines that a frame shows, as far as the text has them. */
export const frameLines = (line: number): readonly number[] =>
  Array.from({ length: 2 * around + 1 }, (_, index) => line - around + index).filter((number) => number > 0);

/**
 * The lines around a place, with a caret under its column: `lines` has their texts by number (from 1). Of long lines the part around the
 * column is shown, at most `width` columns in all. Columns count UTF-16 code units from 1.
 */
export function codeFrame(
  lines: ReadonlyMap<number, string>,
  { line, column }: { readonly line: number; readonly column: number },
  width: number,
  paint: Paint,
): readonly string[] {
  const numbers = frameLines(line).filter((number) => lines.has(number));
  const digits = String(numbers.at(-1) ?? line).length;
  const room = Math.max(20, width - digits - 5);
  const begin = windowBegin(lines.get(line) ?? "", column, room);
  return numbers.flatMap((number) => {
    const text = lines.get(number) ?? "";
    const gutter = `${String(number).padStart(digits)} |`;
    const shown = cutToWidth(shownText(text, begin, room), room);
    if (number !== line) return [paint("faint", `  ${gutter} ${shown}`).trimEnd()];
    const before = " ".repeat(textWidth(shownText(text.slice(0, column - 1), begin, room)));
    return [`${paint("error", ">")} ${gutter} ${shown}`.trimEnd(), `  ${" ".repeat(digits)} | ${before}${paint("error", "^")}`];
  });
}

/** The first code unit of the line that is shown: 0, unless the column is too far to the right; then it is in the first third. */
const windowBegin = (text: string, column: number, room: number): number =>
  text.length <= room || column <= room / 2 ? 0 : column - 1 - Math.floor(room / 3);

/** The part of a line from `begin` on, tabs as two spaces; never more than what `room` columns could show. */
function shownText(text: string, begin: number, room: number): string {
  const part = text.slice(begin, begin + room + 1).replace(/^[\udc00-\udfff]/, "");
  return (begin > 0 && part !== "" ? "…" : "") + printable(part.replaceAll("\t", "  ").replace(/\r$/, ""));
}
