import type { Readable } from "node:stream";

/** More a process has not to say in one line (characters). */
const longestLine = 32 * 1024 * 1024;

/** Gives each line that comes to `take`. Where one is too long, or `take` throws, `wrong` is told, and nothing more is read. */
export function linesOf(from: Readable, take: (line: string) => void, wrong: () => void): void {
  let parts: string[] = [];
  let length = 0;
  let isOver = false;
  const give = (text: string): void => {
    const pieces = text.split("\n");
    for (const [index, piece] of pieces.entries()) {
      length += piece.length;
      if (length > longestLine) throw new Error("The line is too long.");
      parts.push(piece);
      if (index === pieces.length - 1) return;
      const line = parts.join("");
      [parts, length] = [[], 0];
      take(line);
    }
  };
  from.setEncoding("utf8").on("data", (text: string) => {
    if (isOver) return;
    try {
      give(text);
    } catch {
      isOver = true;
      from.destroy();
      wrong();
    }
  });
  from.on("error", wrong);
}
