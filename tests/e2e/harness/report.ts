import { appendFile } from "node:fs/promises";
import { target } from "./target.ts";

/** What is asked of a namespace after a test in it failed. */
const questions: readonly (readonly string[])[] = [
  ["get", "all,configmaps,jobs", "--output=wide"],
  ["get", "events", "--sort-by=.lastTimestamp"],
  ["describe", "pods"],
];

/** Writes what a namespace holds, its events and its pods' logs into the report, so that a failure on another machine can be understood. */
export async function report(test: string, kubectl: (...args: readonly string[]) => Promise<string>): Promise<void> {
  const pods = (await ask(kubectl, ["get", "pods", "--output=name"])).split("\n").filter((line) => line.startsWith("pod/"));
  const logs = pods.map((pod) => ["logs", pod, "--all-containers", "--prefix", "--tail=200"]);
  const parts = [`# ${test}\n`];
  for (const question of [...questions, ...logs]) {
    parts.push(`## kubectl ${question.join(" ")}\n\n\`\`\`\n${(await ask(kubectl, question)).trimEnd()}\n\`\`\`\n`);
  }
  await appendFile(target.report, `${parts.join("\n")}\n`);
}

/** The answer, or why there is none: a report says what it can. */
async function ask(kubectl: (...args: readonly string[]) => Promise<string>, question: readonly string[]): Promise<string> {
  try {
    return await kubectl(...question);
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  }
}
