import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { freePort } from "../../testing/free-port.ts";
import { type PageExamples, pageExamples, type Step, shellWords } from "../../testing/page-examples.ts";
import { runPortico, startPortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const securityPages = ["tokens", "keys", "passwords", "opaque-tokens", "certificates", "authorizers", "addresses"].map(
  (name) => `docs/security/${name}.md`,
);
const pages = [
  "docs/run.md",
  "docs/documents.md",
  "docs/images.md",
  "docs/security.md",
  "docs/limits.md",
  "docs/backends.md",
  "docs/validation.md",
  "docs/interceptors.md",
  "docs/cache.md",
  "docs/patches.md",
  ...securityPages,
];

/** `curl -i [-H 'name: value'] [-X METHOD] [-d BODY] URL`, as the pages have it, sent without needing curl: what it would print. */
async function curl(words: readonly string[], port: number): Promise<string> {
  const headers: Record<string, string> = {};
  let method = "GET";
  let path = "/";
  let body: string | undefined;
  for (const [index, word] of words.entries()) {
    const value = words[index + 1] ?? "";
    if (word === "-H") headers[value.split(":")[0] ?? ""] = value.slice(value.indexOf(":") + 1).trim();
    if (word === "-X") method = value;
    if (word === "-d") body = value;
    if (word.startsWith("http")) path = new URL(word).pathname + new URL(word).search;
  }
  const answer = await send(port, { send: `${method} ${path}`, headers, body });
  const fields = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${answer.status} ${answer.reason}`, ...fields, "", answer.body].join("\n");
}

/** A command with what `$(portico ...)` in it prints in its place, as a shell has it. */
async function substituted(t: TestContext, command: string, cwd: string): Promise<string> {
  const [inner, words] = /\$\(portico ([^)]*)\)/.exec(command) ?? [];
  if (inner === undefined || words === undefined) return command;
  const { exit, stdout, stderr } = await runPortico(t, shellWords(words), cwd);
  assert.equal(exit, 0, stderr);
  return command.replace(inner, () => stdout);
}

/** What a step prints, on both streams. */
async function print(t: TestContext, { command }: Step, cwd: string, port: number, exitCode: number): Promise<string> {
  const [name, verb, ...words] = shellWords(await substituted(t, command, cwd));
  if (name === "curl") return curl([verb ?? "", ...words], port);
  assert.equal(name, "portico", command);
  if (verb === "run") {
    const running = startPortico(t, ["run", ...words, "--port", String(port)], cwd);
    await running.says(/^Ctrl-C ends it/);
    return running.stderr.join("\n");
  }
  const ended = await runPortico(t, [verb ?? "", ...words], cwd);
  assert.equal(ended.exit, exitCode, ended.stderr);
  return ended.stdout + ended.stderr;
}

/** What stands in for the registry that pages name, with a base image in it; pages without one need none. */
async function registryFor(t: TestContext, { consoles }: PageExamples): Promise<string | undefined> {
  if (!consoles.some(({ steps }) => steps.some(({ command }) => command.includes("registry.example")))) return undefined;
  const fake = await startFakeRegistry(t);
  await putBaseImage(fake, "portico/gateway", "1", "amd64");
  return fake.host;
}

/** A step as it is done here: with that registry, which has no TLS. */
function hosted(step: Step, registry: string | undefined): Step {
  if (registry === undefined) return step;
  const here = (text: string): string => text.replaceAll("registry.example", registry);
  return { command: `${here(step.command)} --plain-http`, shown: step.shown.map(here) };
}

async function folderOf(t: TestContext, { files }: PageExamples): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-docs-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [file, text] of files) await writeFile(join(folder, file), text);
  return folder;
}

for (const page of pages) {
  const examples = pageExamples(join(project, page));
  describe(`the examples of ${page}`, () => {
    for (const { line, exitCode, steps } of examples.consoles) {
      it(`line ${line}: ${steps.map(({ command }) => command).join("; ")}`, async (t) => {
        const [folder, port, registry] = [await folderOf(t, examples), await freePort(), await registryFor(t, examples)];
        for (const step of steps.map((one) => hosted(one, registry))) {
          const printed = await print(t, step, folder, port, exitCode);
          for (const shown of step.shown)
            assert.ok(printed.includes(shown.replaceAll("8080", String(port))), `${step.command} does not print ${shown}:\n${printed}`);
        }
      });
    }

    it("files that it shows are read without an error, but for the broken one", async (t) => {
      const folder = await folderOf(t, examples);
      const resources = [...examples.files].flatMap(([name, text]) => (/^kind: /m.test(text) ? [name] : []));
      for (const file of [...examples.files.keys()].filter((name) => !(/broken|\.ts$/.test(name) || resources.includes(name)))) {
        const ended = await runPortico(t, ["check", file, ...resources.flatMap((name) => ["--resources", name])], folder);
        assert.equal(ended.exit, 0, ended.stdout + ended.stderr);
      }
    });
  });
}
