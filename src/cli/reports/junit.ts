import { type Problem, showPlace } from "../../problem.ts";
import { printable } from "../printable.ts";
import { inReadingOrder } from "./reading-order.ts";
import { reasonPage } from "./reason-page.ts";
import type { CheckResult } from "./result.ts";

/**
 * Problems as a JUnit report, which most build servers read: a testcase for each document and for each other file that something is wrong
 * with; errors are failures, warnings its output.
 */
export function junitReport({ documents, problems }: CheckResult): string {
  const ordered = inReadingOrder(problems);
  const sources = [...new Set([...documents, ...ordered.map(({ where }) => where.source)])];
  const cases = sources.map((source) =>
    testcase(
      source,
      ordered.filter(({ where }) => where.source === source),
    ),
  );
  const failing = new Set(ordered.filter(({ severity }) => severity === "error").map(({ where }) => where.source)).size;
  const counts = `tests="${sources.length}" failures="${failing}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="portico check" ${counts}>
  <testsuite name="portico check" ${counts}>
${cases.join("\n")}
  </testsuite>
</testsuites>
`;
}

function testcase(source: string, problems: readonly Problem[]): string {
  const open = `    <testcase classname="portico" name="${attribute(source)}"`;
  if (problems.length === 0) return `${open}/>`;
  const failures = problems.filter(({ severity }) => severity === "error").map(failure);
  const warnings = problems.filter(({ severity }) => severity === "warning").map((problem) => `${content(sentence(problem))}\n`);
  const output = warnings.length === 0 ? [] : [`      <system-out>${warnings.join("")}</system-out>`];
  return [`${open}>`, ...failures, ...output, "    </testcase>"].join("\n");
}

const failure = (problem: Problem): string =>
  `      <failure type="${problem.reason}" message="${attribute(problem.message)}">${content(sentence(problem))}</failure>`;

const sentence = ({ severity, reason, message, where }: Problem): string =>
  `${showPlace(where)}: ${severity} ${reason}: ${message}${where.pointer === "" ? "" : ` At ${where.pointer}.`} See ${reasonPage(reason)}.`;

/** XML 1.0 has no way to write half a surrogate pair, nor U+FFFE and U+FFFF; control characters are gone before. */
const content = (text: string): string =>
  printable(text)
    .toWellFormed()
    .replaceAll(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");

const attribute = (text: string): string => content(text).replaceAll('"', "&quot;");
