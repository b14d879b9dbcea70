/**
 * The known word that somebody meant who wrote `word`: the nearest one by edits (insert, delete, replace, swap of neighbours), when
 * it is near enough to be no accident. Letter case and punctuation count for nothing. Of equals the first.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const wanted = plain(word);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = edits(wanted, plain(candidate), least);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Whether two words differ by one edit at most, letter case and punctuation left aside. */
export const isOneEditAway = (word: string, other: string): boolean => edits(plain(word), plain(other), 2) < 2;

/** What is compared. A word longer than any that is known is cut, so that the cost is bounded. */
const plain = (word: string): string =>
  word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[-_.\s]/g, "");

/** The optimal string alignment distance, by the classic table, row by row. `enough` stands for every distance from there on that the lengths show. */
function edits(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const next = [line];
    for (let column = 1; column <= b.length; column++) next.push(cell(a, b, line, column, before, row, next));
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}

function cell(
  a: string,
  b: string,
  line: number,
  column: number,
  before: readonly number[],
  above: readonly number[],
  current: readonly number[],
): number {
  const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
  const replaced = at(above, column - 1) + (a[line - 1] === b[column - 1] ? 0 : 1);
  const least = Math.min(replaced, at(above, column) + 1, at(current, column - 1) + 1);
  const swapped = a[line - 1] === b[column - 2] && a[line - 2] === b[column - 1];
  return swapped ? Math.min(least, at(before, column - 2) + 1) : least;
}

/** ` Did you mean `x`?` where there is an x, else nothing: to be put behind a sentence. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = suggest(word, known);
  return meant === undefined ? "" : ` Did you mean \`${meant}\`?`;
}
