import { appendFile } from "node:fs/promises";
import type { TestContext } from "node:test";

/** Says what was measured; where PORTICO_E2E_FIGURES names a file, as a line of its table, too. */
export async function figure(t: TestContext, what: string, value: string): Promise<void> {
  t.diagnostic(`${what}: ${value}`);
  const file = process.env.PORTICO_E2E_FIGURES;
  if (file !== undefined) await appendFile(file, `| ${what} | ${value} |\n`);
}
