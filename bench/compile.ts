import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseOne } from "../src/text/parse.ts";
import { filesOf, modelOf, must } from "./gateway.ts";
import { generatedDocument } from "./generated.ts";
import { interleaved, median, ratio, table } from "./rounds.ts";
import { githubDocument } from "./shapes.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);

const timed = (act: () => unknown) => async (): Promise<number> => {
  const start = performance.now();
  act();
  return performance.now() - start;
};

/** The milliseconds that 1,000 operations of a document of so many take, in a process of its own. */
const perThousand = (operations: number) => async (): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, [new URL("growth.ts", import.meta.url).pathname, String(operations)]);
  return Number(stdout);
};

/** Document text in, gateway files out, over the parser alone; and how the time grows. */
export async function benchCompile(): Promise<string> {
  const documents: readonly (readonly [string, string])[] = [
    ["1,000 generated operations", generatedDocument(1000)],
    ["10,000 generated operations", generatedDocument(10_000)],
    ["GitHub's document", githubDocument()],
  ];
  const rows: (readonly string[])[] = [];
  for (const [name, text] of documents) {
    const figures = await interleaved(rounds, {
      parse: timed(() => must(parseOne("bench.json", text))),
      compile: timed(() => filesOf([modelOf(text, 80)], 1, 2)),
    });
    const compile = median(figures.get("compile") ?? []);
    rows.push([
      name,
      (text.length / 1e6).toFixed(1),
      median(figures.get("parse") ?? []).toFixed(0),
      compile.toFixed(0),
      ratio(figures, "compile", "parse").toFixed(2),
    ]);
  }
  const growth = await interleaved(rounds, { small: perThousand(1000), large: perThousand(10_000) });
  const each = (name: string): string => median(growth.get(name) ?? []).toFixed(0);
  const peak = process.resourceUsage().maxRSS / 1024;
  return [
    `### Compile: document text in, files out, over the parser alone (median of ${rounds} rounds)\n`,
    table(["document", "MB", "parse, ms", "compile, ms", "ratio"], rows),
    `\nGrowth: 1,000 operations take ${each("small")} ms in a document of 1,000 and ${each("large")} ms in one of 10,000 (ratio ${ratio(growth, "large", "small").toFixed(2)}; 1 is linear). Peak memory: ${peak.toFixed(0)} MiB.`,
  ].join("\n");
}
