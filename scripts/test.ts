// All that `npm test` checks: Envoy is there, types, lint, what nothing uses, tests. Every part runs, whatever the ones before it found.

import { spawnSync } from "node:child_process";
import { findEnvoy } from "../src/apply/envoy/binary.ts";

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const bin = (name: string): string => `node_modules/.bin/${name}`;

/** The exit code of a program that writes where we write. */
function run(program: string, ...args: readonly string[]): number {
  const { status, error } = spawnSync(program, args, { stdio: "inherit" });
  if (error !== undefined) say(error.message);
  return status ?? 1;
}

/** Live tests take the Envoy that is found here: fetched before they run, so that none of them waits for a download. */
async function envoy(): Promise<number> {
  const found = await findEnvoy({ env: process.env, say });
  if (found.ok) say(`Envoy ${found.value.version}: ${found.value.path}`);
  for (const { message } of found.problems) say(message);
  return found.ok ? 0 : 1;
}

/** A test that hangs is a failed test after ten minutes. Two files at a time: live tests need a processor each. */
const testOptions = ["--test-concurrency=2", "--test-timeout=600000", "--test-reporter=spec"];

const parts: readonly { readonly name: string; readonly check: () => number | Promise<number> }[] = [
  { name: "envoy", check: envoy },
  { name: "types", check: () => run(bin("tsc")) },
  { name: "lint", check: () => run(bin("biome"), "check", "--error-on-warnings") },
  { name: "unused", check: () => run(bin("knip")) },
  { name: "tests", check: () => run(process.execPath, "--test", ...testOptions, "{src,testing,tests,scripts}/**/*.test.ts") },
];

const summary: string[] = [];
let exitCode = 0;
for (const { name, check } of parts) {
  say(`\n── ${name}`);
  const start = performance.now();
  const code = await check();
  exitCode ||= code;
  summary.push(`${code === 0 ? "ok    " : "failed"}  ${name.padEnd(8)} ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
say(`\n${summary.join("\n")}`);
process.exitCode = exitCode;
