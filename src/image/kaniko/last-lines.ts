/** The end of a text that comes in parts. */
export interface LastLines {
  add(text: string): void;
  lines(): readonly string[];
}

const most = 15;
const longest = 500;

/** Keeps the last lines of a log, cut where they are very long; empty ones are left out. */
export function lastLines(): LastLines {
  let kept: string[] = [];
  let rest = "";
  const shown = (line: string): string => (line.length > longest ? `${line.slice(0, longest)}...` : line);
  return {
    add: (text) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      kept = [...kept, ...lines.filter((line) => line.trim() !== "").map(shown)].slice(-most);
    },
    lines: () => [...kept, ...(rest.trim() === "" ? [] : [shown(rest)])].slice(-most),
  };
}
