// All that `npm run e2e` does: brings a cluster up from nothing, runs the tests in it, and leaves nothing. With KUBECONFIG in the environment the tests
// run in that cluster, which stays as it is. The argument `full` runs, in place of these, what takes longer: what goes wrong, many APIs, Helm.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../src/apply/envoy/binary-cache.ts";
import { runInForeground, wasToldToEnd } from "../tests/e2e/cluster/command.ts";
import { down } from "../tests/e2e/cluster/down.ts";
import { pushTo } from "../tests/e2e/cluster/images/push.ts";
import { aloneOnMachine, locked } from "../tests/e2e/cluster/lock.ts";
import { enteringNetwork } from "../tests/e2e/cluster/node.ts";
import { partsFolder } from "../tests/e2e/cluster/parts/cache.ts";
import { buildHelm, buildKubeScore } from "../tests/e2e/cluster/parts/parts.ts";
import { say } from "../tests/e2e/cluster/progress.ts";
import { runsHere } from "../tests/e2e/cluster/runs-here.ts";
import { testEnvironment } from "../tests/e2e/cluster/test-environment.ts";
import { prepare, up } from "../tests/e2e/cluster/up.ts";

const cluster = "e2e";
const report = join(cacheFolder(process.env), "e2e-report.md");
/** Why the tests of one run failed. */
const whyFailed = join(cacheFolder(process.env), "e2e-failures.txt");
const failures: string[] = [];

/** Runs test files with node:test; the exit code. `enter` makes a command one that runs in the cluster's network. */
async function runTests(
  pattern: string,
  env: NodeJS.ProcessEnv,
  concurrency = 2,
  enter = (command: readonly string[]): readonly string[] => command,
): Promise<number> {
  const shown = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
  const told = ["--test-reporter=./tests/e2e/harness/failures.ts", `--test-reporter-destination=${whyFailed}`];
  const options = [`--test-concurrency=${concurrency}`, "--test-timeout=900000", ...shown, ...told];
  const command = enter([process.execPath, "--test", ...options, pattern]);
  const code = await runInForeground(command, { ...process.env, ...env, PORTICO_E2E_REPORT: report });
  failures.push(readFileSync(whyFailed, "utf8"));
  return code;
}

/** The tests in a cluster that is known by its KUBECONFIG alone. */
async function inGivenCluster(): Promise<number> {
  const given = process.env.PORTICO_E2E_REGISTRY;
  if (given === undefined) {
    say("With KUBECONFIG set, PORTICO_E2E_REGISTRY must name a registry that this machine can push to and the cluster pulls from.");
    return 2;
  }
  const { parts, images } = await prepare(say, "images");
  const plainHttp = process.env.PORTICO_E2E_REGISTRY_PLAIN_HTTP === "true";
  for (const image of images) await pushTo(given, plainHttp, image);
  const own = spawnSync("kubectl", ["version", "--client"]).status === 0;
  return runTests("tests/e2e/proofs/*.e2e.ts", {
    PORTICO_E2E_KUBECTL: own ? "kubectl" : `${parts.kubernetes} kubectl`,
    PORTICO_E2E_GATEWAY_API: parts.gatewayApi,
  });
}

/** The tests in a cluster of our own, and then those of what the cluster does to this machine. */
async function inOwnCluster(): Promise<number> {
  const end = (): Promise<void> => aloneOnMachine(() => down(cluster));
  await end();
  try {
    const { node, parts } = await up(cluster, say);
    const env = testEnvironment(cluster, parts);
    const inNetwork = (command: readonly string[]): readonly string[] => enteringNetwork(node, command);
    // One at a time: each has the cluster's only operator.
    if (process.argv[2] === "full") {
      // Before any test's time begins.
      await buildHelm(say);
      await buildKubeScore(say);
      const full = await runTests("tests/e2e/full/*.e2e.ts", env, 1, inNetwork);
      if (wasToldToEnd()) return 130;
      return (await runTests("tests/e2e/machine/rights.e2e.ts", env, 1)) || full;
    }
    const proofs = await runTests("tests/e2e/proofs/*.e2e.ts", env, 2, inNetwork);
    if (wasToldToEnd()) return 130;
    // One at a time: they look at all that runs on this machine.
    const machine = await runTests("tests/e2e/machine/*.e2e.ts", env, 1);
    return proofs || machine;
  } finally {
    await end();
  }
}

/** The tests' own clusters have fixed names, and they compare all that runs on the machine: a second run waits for the first. */
async function oneAtATime(tests: () => Promise<number>): Promise<number> {
  const lock = join(partsFolder(), ".e2e");
  mkdirSync(lock, { recursive: true });
  return locked(lock, tests);
}

async function main(): Promise<number> {
  const given = process.env.KUBECONFIG !== undefined && process.env.KUBECONFIG !== "";
  const here = await runsHere();
  // To skip them is no failure of `npm run e2e`; the report of `npm run e2e:full` tells it from having passed.
  if (here !== "runs") return here === "skipped" ? 0 : 1;
  rmSync(report, { force: true });
  mkdirSync(dirname(report), { recursive: true });
  const code = given ? await inGivenCluster() : await oneAtATime(inOwnCluster);
  if (existsSync(report)) {
    say(`\nWhat the cluster says of the failed tests (${report}):\n`);
    if (process.env.CI !== undefined) say(readFileSync(report, "utf8"));
  }
  // The last that is printed: what keeps a log may keep its end alone.
  if (failures.some((text) => text !== "")) say(`\nWhat failed:\n\n${failures.join("")}`);
  return code;
}

process.exitCode = await main();
