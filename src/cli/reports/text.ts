import { type Problem, showPlace } from "../../problem.ts";
import type { Paint } from "../paint.ts";
import { printable } from "../printable.ts";
import { cutToWidth } from "../text-width.ts";
import { codeFrame } from "./code-frame.ts";
import { inReadingOrder, showCounts } from "./reading-order.ts";
import { reasonPage } from "./reason-page.ts";
import { linesAround } from "./texts.ts";

/** How wide code frames are where nothing says how wide they may be. */
const usualWidth = 120;
const longestPointer = 200;

export interface TextStyle {
  readonly paint: Paint;
  /** Columns; undefined where the output has none. */
  readonly width: number | undefined;
}

/** Problems for people: each with its place, the lines around it and where to read on; then how many there are. Nothing for none. */
export function textReport(
  problems: readonly Problem[],
  files: readonly { readonly name: string; readonly text: string }[],
  style: TextStyle,
): string {
  if (problems.length === 0) return "";
  const lines = linesAround(problems, files);
  const shown = inReadingOrder(problems).map((problem) => {
    const { paint, width } = style;
    const frame = codeFrame(lines.get(problem.where.source) ?? new Map(), problem.where, Math.min(width ?? usualWidth, usualWidth), paint);
    return [...headline(problem, paint), ...frame].map((line) => `${line}\n`).join("");
  });
  return `${shown.join("\n")}\n${style.paint("strong", `${showCounts(problems)}.`)}\n`;
}

function headline({ severity, reason, message, where, log = [] }: Problem, paint: Paint): readonly string[] {
  const pointer = where.pointer === "" ? "" : `at ${cutToWidth(printable(where.pointer), longestPointer)}, `;
  return [
    `${paint("strong", printable(showPlace(where)))}: ${paint(severity, `${severity} ${reason}`)}: ${printable(message)}`,
    ...log.map((line) => `    ${printable(line)}`),
    paint("faint", `  ${pointer}see ${reasonPage(reason)}`),
  ];
}
