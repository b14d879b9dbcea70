// All that `npm run e2e:full` does: the core flow, and what takes longer or needs more than one cluster. It writes tests/e2e/REPORT.md, which is checked in. With names of parts it
// runs those alone: `npm run e2e:full -- faults demo`; the report, written after each part, says of each part when, and of which commit, it was run last.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { runInForeground, wasToldToEnd } from "../tests/e2e/cluster/command.ts";
import { nodeAddress, registry } from "../tests/e2e/cluster/place.ts";
import { say } from "../tests/e2e/cluster/progress.ts";
import { runsHere } from "../tests/e2e/cluster/runs-here.ts";
import { killedWhenItSays } from "../tests/e2e/machine/program.ts";
import { snapshot } from "../tests/e2e/machine/snapshot.ts";

const script = (name: string, ...args: readonly string[]): readonly string[] => [process.execPath, name, ...args];
const e2e = script("scripts/e2e.ts");
/** Where tests write what they measured. */
const figures = join(tmpdir(), `portico-figures-${process.pid}`);
const cluster = (...args: readonly string[]): readonly string[] => script("tests/e2e/cluster/main.ts", "--name", "second", ...args);

/** The core flow in a cluster that it knows by KUBECONFIG and the name of a registry alone. */
async function inSecondCluster(): Promise<number> {
  const up = await runInForeground(cluster("up"));
  if (up !== 0) return up;
  const env = { ...process.env, PORTICO_E2E_REGISTRY: `${nodeAddress}:${registry.port}`, PORTICO_E2E_REGISTRY_PLAIN_HTTP: "true" };
  const code = await runInForeground(cluster("exec", ...e2e), env);
  return (await runInForeground(cluster("down"))) || code;
}

/** Killed when the first of its tests has passed, and then from the beginning. */
async function afterKill(): Promise<number> {
  await killedWhenItSays(/^ {2}✔ /, e2e);
  return runInForeground(e2e);
}

/** Tests, and what is measured on the way. */
const measured = (command: readonly string[]): Promise<number> =>
  runInForeground(command, { ...process.env, PORTICO_E2E_FIGURES: figures });

/** The demonstration, which is to leave nothing of itself on this machine. */
async function demo(): Promise<number> {
  const before = snapshot();
  const code = await runInForeground(script("scripts/demo.ts"));
  const down = await runInForeground(script("scripts/demo.ts", "down"));
  if (code !== 0 || down !== 0) return code || down;
  const left = Object.entries(snapshot()).filter(
    ([key, now]) => !isDeepStrictEqual(now, Object.entries(before).find(([one]) => one === key)?.[1]),
  );
  for (const [what, now] of left) say(`The demonstration left other ${what}: ${JSON.stringify(now)}`);
  return left.length === 0 ? 0 : 1;
}

const parts: readonly { readonly key: string; readonly name: string; readonly run: () => Promise<number> }[] = [
  { key: "core", name: "The core flow (`npm run e2e`) in a cluster of its own", run: () => measured(e2e) },
  {
    key: "faults",
    name: "Faults: kills, a cluster or registry in trouble, two operators, odd objects, 1,000 APIs",
    run: () => measured(script("scripts/e2e.ts", "full")),
  },
  { key: "demo", name: "`npm run demo`, and `npm run demo -- down`", run: demo },
  { key: "second", name: "The core flow in a second cluster that is known by its KUBECONFIG", run: inSecondCluster },
  { key: "killed", name: "The core flow after one that was killed (SIGKILL) while it ran", run: afterKill },
];
const asked = process.argv.slice(2);
if (asked.some((key) => parts.every((part) => part.key !== key))) {
  say(`Name parts: ${parts.map(({ key }) => key).join(", ")}.`);
  process.exit(2);
}

const git = (...args: readonly string[]): string => spawnSync("git", args, { encoding: "utf8" }).stdout.trim();

const file = "tests/e2e/REPORT.md";
const last = existsSync(file) ? readFileSync(file, "utf8") : "";
const commit = `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "--", ".", ":!tests/e2e/REPORT.md") === "" ? "" : " and changes to it"}`;
const today = new Date().toISOString().slice(0, 10);

const rows = new Map(
  parts.map(({ key, name }) => [key, last.split("\n").find((line) => line.startsWith(`| ${name} |`)) ?? `| ${name} | not run yet | | |`]),
);
const machine = `${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release().split("-")[0]}`;

/** What is known so far: one that ends in the middle keeps what it has. */
function writeReport(): string {
  const said = `| what | value |\n| --- | --- |\n${last.split("\n## Figures\n")[1] ?? ""}\n${existsSync(figures) ? readFileSync(figures, "utf8") : ""}`;
  // What was measured again counts in place of what was said of it before.
  const lines = new Map(said.split("\n").flatMap((line) => (line.startsWith("| ") ? [[line.split(" | ")[0], line] as const] : [])));
  const report = `# The last run of \`npm run e2e:full\`

On ${machine}.

| what | result | time | when, and of which commit |
| --- | --- | --- | --- |
${[...rows.values()].join("\n")}
${lines.size === 2 ? "" : `\n## Figures\n\n${[...lines.values()].join("\n")}\n`}`;
  writeFileSync(file, report);
  return report;
}

/** How a part ended: what this machine cannot run has not passed. */
async function resultOf(run: () => Promise<number>): Promise<"passed" | "failed" | "skipped"> {
  const here = await runsHere();
  if (here !== "runs") return here;
  return (await run()) === 0 ? "passed" : "failed";
}

rmSync(figures, { force: true });
for (const { key, name, run } of parts) {
  if (asked.length > 0 && !asked.includes(key)) continue;
  say(`\n── ${name}`);
  const start = performance.now();
  const result = await resultOf(run);
  // What ran has put its things in order; the report of the last whole run stays.
  if (wasToldToEnd()) process.exit(130);
  if (result === "failed") process.exitCode = 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  rows.set(key, `| ${name} | ${result} | ${seconds} s | ${today}, ${commit} |`);
  say(`\n${writeReport()}`);
}
