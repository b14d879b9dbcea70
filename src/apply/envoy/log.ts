const kept = 400;

/** Envoy's last log lines, and what can be read from them when it fails. */
export interface RecentLog {
  add(line: string): void;
  /** What Envoy complained of last, without time and source line; empty when it said nothing. */
  complaint(): string;
}

/** Keeps the last 400 lines. */
export function recentLog(): RecentLog {
  const lines: string[] = [];
  return {
    add(line) {
      lines.push(line);
      if (lines.length > kept) lines.shift();
    },
    complaint() {
      const entries = split(lines);
      const critical = entries.filter(({ level }) => level === "critical");
      const worst =
        critical.findLast(({ logger }) => logger !== backtrace) ??
        // Where it fell is said first, and then by numbers alone.
        critical.find(({ logger }) => logger === backtrace) ??
        entries.findLast(isRefusal) ??
        entries.findLast(({ level }) => level === "error");
      return (worst ?? entries.findLast(({ level }) => level === "") ?? entries.at(-1))?.text ?? "";
    },
  };
}

interface Entry {
  /** Empty for lines that are no log entry, such as the shell's. */
  readonly level: string;
  /** Envoy's part that says it. */
  readonly logger: string;
  readonly text: string;
}

/** What says where Envoy was when it fell. */
const backtrace = "backtrace";

const isRefusal = ({ text }: Entry): boolean => text.includes("rejected");

/** An entry starts with `[time][thread][level][logger] [source:line] `; lines without that belong to the entry before them. */
const head = /^\[[^\]]+\]\[\d+\]\[(\w+)\]\[([^\]]+)\] (?:\[[^\]]+\] )?/;

function split(lines: readonly string[]): readonly Entry[] {
  const entries: { level: string; logger: string; lines: string[] }[] = [];
  for (const line of lines) {
    const [start, level = "", logger = ""] = head.exec(line) ?? [];
    const last = entries.at(-1);
    if (start !== undefined) entries.push({ level, logger, lines: [line.slice(start.length)] });
    else if (last === undefined) entries.push({ level: "", logger: "", lines: [line] });
    else last.lines.push(line);
  }
  return entries.map((entry) => ({ level: entry.level, logger: entry.logger, text: readable(entry.lines.join("\n")) }));
}

/**
 * Where Envoy quotes the whole message that it refuses before it says why, only the why is kept. The marker of such a quote, and the
 * number of blanks between words, differ from run to run on purpose (protobuf does that so that nobody parses its texts).
 */
function readable(text: string): string {
  const why = text.replace(/goo\.gle\/debug\w+[\s\S]*\n: /, "").replace(/goo\.gle\/debug\w+\s+/g, "");
  return why.replace(/ {2,}/g, " ").trim();
}
