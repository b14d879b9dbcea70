import { cutToWidth, padToWidth, textWidth } from "./text-width.ts";

const gap = "  ";
/** No column is cut to less than this. */
const narrowest = 8;

/** Rows as columns that stand below each other. Cells are cut so that rows fit `width` columns; 0 is as wide as they are. No line end at its end. */
export function layOut(rows: readonly (readonly string[])[], width: number): string {
  const widths = fitted(columnWidths(rows), width);
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const room = widths[column] ?? 0;
          return padToWidth(cutToWidth(cell, room), room);
        })
        .join(gap)
        .trimEnd(),
    )
    .join("\n");
}

function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, textWidth(cell));
  return widths;
}

/** Takes from the widest column, again and again, until the row fits or every column is as narrow as it may be. */
function fitted(wanted: readonly number[], width: number): readonly number[] {
  const widths = [...wanted];
  let excess = width === 0 ? 0 : widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess--;
  }
  return widths;
}
