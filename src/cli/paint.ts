import { styleText } from "node:util";

/** Somewhere that text for people is written to. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  /** The width of a terminal. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

type Style = "error" | "warning" | "faint" | "strong";

/** Puts a style on a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

const formats = { error: ["bold", "red"], warning: ["bold", "yellow"], faint: "dim", strong: "bold" } as const;

/** Styles for a terminal that shows them; none where the output is no terminal, or NO_COLOR is set (no-color.org). */
export function paintFor({ isTTY }: Output): Paint {
  const coloured = isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return coloured ? (style, text) => styleText([...[formats[style]].flat()], text, { validateStream: false }) : plainText;
}

const plainText: Paint = (_, text) => text;

/** The width that text for people is laid out for; undefined where the output is no terminal. */
export const terminalWidth = ({ isTTY, columns }: Output): number | undefined => (isTTY === true && columns ? columns : undefined);
