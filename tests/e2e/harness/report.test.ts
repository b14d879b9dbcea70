import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

const here = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

/** Tests that fail on purpose: one after it made something, one that a suite could not begin, and one that does not fail. */
const failing = `
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ofNamespace } from ${here("questions.ts")};
import { reportFailures } from ${here("report.ts")};
let made = "nothing";
const answers = { "get pods --output=name": "pod/a\\npod/b\\n", "logs pod/a --all-containers --prefix --tail=100": "a's last words\\n" };
const kubectl = async (...args) => answers[args.join(" ")] ?? Promise.reject(new Error("no answer to " + args[0]));
describe("a suite", () => {
  reportFailures([{ what: "what it made", ask: () => made }, ...ofNamespace(kubectl)]);
  it("passes", () => {});
  it("fails", (t) => {
    t.after(() => { made = "nothing"; });
    made = "a pod";
    assert.equal(1, 2, "one is not two");
  });
});
describe("another suite", () => {
  reportFailures([{ what: "why", ask: () => "its cluster is not up" }]);
  before(() => assert.fail("not up"));
  it("never begins", () => {});
});
`;

it("what failed is in one report: the failure, what was there before the test cleaned up, and why a question has no answer", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "portico-report-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "failing.test.mjs"), failing);
  const report = join(folder, "report.md");
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const told = join(folder, "told.txt");
  const reporter = [`--test-reporter=${new URL("failures.ts", import.meta.url).href}`, `--test-reporter-destination=${told}`];
  const { status } = spawnSync(process.execPath, ["--test", ...reporter, join(folder, "failing.test.mjs")], {
    env: {
      ...env,
      PORTICO_E2E_KUBECTL: "kubectl",
      PORTICO_E2E_REGISTRY: "registry.test:5000",
      PORTICO_E2E_GATEWAY_API: folder,
      PORTICO_E2E_REPORT: report,
    },
  });
  assert.equal(status, 1);
  assert.deepEqual(
    readFileSync(told, "utf8")
      .match(/^\S.* \(.*failing\.test\.mjs:\d+\)\n.*(?:not up|one is not two)/gm)
      ?.map((one) => one.replace(/ \(.*\)\n/, ": ")),
    ["fails: AssertionError [ERR_ASSERTION]: one is not two", "another suite: AssertionError [ERR_ASSERTION]: not up"],
  );
  const text = readFileSync(report, "utf8");
  assert.deepEqual(text.match(/^#.*$/gm), [
    "# a suite > fails",
    "## what it made",
    "## kubectl get all,configmaps,jobs --output=wide",
    "## kubectl get portico --output=yaml",
    "## kubectl get events --sort-by=.lastTimestamp",
    "## kubectl describe pods",
    "## the ends of its pods' logs",
    "# another suite",
    "## why",
  ]);
  assert.match(text, /one is not two/);
  assert.match(text, /## what it made\n\n```\na pod\n```/);
  assert.match(text, /```\na's last words\nno answer to logs\n```/);
  assert.match(text, /## kubectl describe pods\n\n```\nno answer to describe\n```/);
  assert.match(text, /its cluster is not up/);
});
