import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { kubernetesPages } from "../e2e/harness/pages.ts";

it("the commands of the README's chapter on Kubernetes are those of its pages, which are run in a cluster", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [, chapter = ""] = /^## In Kubernetes\n([\s\S]*?)^## /m.exec(readme) ?? [];
  const commands = [...chapter.matchAll(/^ {4}((?:portico|kubectl) .*)$/gm)].map(([, command = ""]) => command);
  assert.equal(commands.length, 2);
  const run = new Set(kubernetesPages().commands.map(({ command }) => command));
  for (const command of commands) assert.ok(run.has(command), command);
});
