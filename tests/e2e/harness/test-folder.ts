import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ending } from "./namespace.ts";

/** A folder that goes with its test. */
export async function testFolder(t: Ending): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
