import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../src/apply/envoy/binary-cache.ts";

const run = promisify(execFile);

/** The SPDX project's own validator (github.com/spdx/tools-python). */
const version = "0.8.3";

const program = `
import sys
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
for found in validate_full_spdx_document(parse_file(sys.argv[1])): print(found.validation_message)
`;

/** What is wrong with a document of SPDX, a line each; rejects where it is none. The validator is fetched with pip where it is not in the cache. */
export async function wrongInSpdx(file: string): Promise<readonly string[]> {
  const { stdout } = await run("python3", ["-c", program, file], { env: { ...process.env, PYTHONPATH: await toolsFolder() } });
  return stdout.split("\n").filter(Boolean);
}

async function toolsFolder(): Promise<string> {
  const cache = cacheFolder(process.env);
  const kept = join(cache, `spdx-tools-${version}`);
  if ((await readdir(kept).catch(() => [])).length > 0) return kept;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "spdx-tools."));
  try {
    const options = ["--target", join(work, "lib"), "--quiet", "--disable-pip-version-check", "--no-input"];
    await run("python3", ["-m", "pip", "install", ...options, `spdx-tools==${version}`], { cwd: work });
    await rename(join(work, "lib"), kept).catch(async (failure: unknown) => {
      // Somebody else may have been faster.
      if ((await readdir(kept).catch(() => [])).length === 0) throw failure;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return kept;
}
