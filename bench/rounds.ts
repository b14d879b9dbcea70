/** The middle of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Measures every subject once a round, so that a machine whose speed drifts treats them alike: the figures of each, in the order of the rounds. */
export async function interleaved<Name extends string>(
  rounds: number,
  subjects: Readonly<Record<Name, () => Promise<number>>>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const figures = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries<() => Promise<number>>(subjects)) {
      const known = figures.get(name) ?? [];
      known.push(await measure());
      figures.set(name, known);
    }
  }
  return figures;
}

/** The ratios of two subjects, round by round; their median is the one to quote. */
export function ratio(figures: ReadonlyMap<string, readonly number[]>, over: string, under: string): number {
  const [a, b] = [figures.get(over) ?? [], figures.get(under) ?? []];
  return median(a.map((figure, round) => figure / (b[round] ?? Number.NaN)));
}

/** A table of ratios. */
export const ratioTable = (rows: readonly (readonly [what: string, share: number])[]): string =>
  table(
    ["what", "ratio"],
    rows.map(([what, share]) => [what, share.toFixed(2)]),
  );

/** A table in Markdown. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
