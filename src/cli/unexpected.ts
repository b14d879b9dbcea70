import { printable } from "./printable.ts";

/** Says in one line that Portico itself went wrong. PORTICO_DEBUG=1 shows where. */
export function reportUnexpected(thrown: unknown): void {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const [line = ""] = text.split("\n");
  process.stderr.write(
    `portico: unexpected: ${printable(line).slice(0, 500).replace(/\.$/, "")}. Please report it with the command and the document; PORTICO_DEBUG=1 shows more.\n`,
  );
  if (process.env.PORTICO_DEBUG === "1" && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
}

/** Lets the program end without a word when what reads its output has ended, as `portico routes ... | head` does. */
export function quietWhenUnread(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on("error", (thrown: Error & { readonly code?: string }) => {
      if (thrown.code !== "EPIPE") throw thrown;
      process.exit();
    });
  }
}
