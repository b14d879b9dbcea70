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

/** Document text in, gateway files out, over the parser alone; and how the time grows. */
export async function benchCompile(): Promise<string> {
  const documents: readonly (readonly [string, string])[] = [
    ["1,000 generated operations", generatedDocument(1000)],
    ["10,000 generated operations", generatedDocument(10_000)],
    ["GitHub's document", githubDocument()],
  ];
  const rows: (readonly string[])[] = [];
  const medians: number[] = [];
  for (const [name, text] of documents) {
    const figures = await interleaved(rounds, {
      parse: timed(() => must(parseOne("bench.json", text))),
      compile: timed(() => filesOf([modelOf(text, 80)], 1, 2)),
    });
    const compile = median(figures.get("compile") ?? []);
    medians.push(compile);
    rows.push([
      name,
      (text.length / 1e6).toFixed(1),
      median(figures.get("parse") ?? []).toFixed(0),
      compile.toFixed(0),
      ratio(figures, "compile", "parse").toFixed(2),
    ]);
  }
  const [small = 0, large = 0] = medians;
  const peak = process.resourceUsage().maxRSS / 1024;
  return [
    `### Compile: document text in, files out, over the parser alone (median of ${rounds} rounds)\n`,
    table(["document", "MB", "parse, ms", "compile, ms", "ratio"], rows),
    `\nTen times the operations take ${(large / small).toFixed(1)} times as long. Peak memory of all of it: ${peak.toFixed(0)} MiB.`,
  ].join("\n");
}
