// The demo's steps, in the network of its cluster: the commands of docs/kubernetes/, as a person would type them.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shellWords } from "../testing/page-examples.ts";
import { run, runInForeground } from "../tests/e2e/cluster/command.ts";
import { say, step } from "../tests/e2e/cluster/progress.ts";
import { baseImages } from "../tests/e2e/harness/base-images.ts";
import { porticoCommand, registryOptions } from "../tests/e2e/harness/gateway.ts";
import { kubernetesPages } from "../tests/e2e/harness/pages.ts";
import { withPlugins } from "../tests/e2e/harness/plugins.ts";
import { target, testImage } from "../tests/e2e/harness/target.ts";

const [cluster = ""] = process.argv.slice(2);
const system = "portico-system";
const registry = `${target.registry}/apis`;

const kubectl = (...args: readonly string[]): Promise<string> => run([...target.kubectl, ...args]);

/** What stands in the page for somebody's registry. */
const here = (text: string): string => text.replaceAll("registry.example/apis", registry).replaceAll("registry.example", target.registry);

/** Shows a command and does it, with what it says and how long it took. */
async function typed(shown: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  say(`\n$ ${shown}`);
  await step(say, "", async () => {
    const code = await runInForeground(command, env);
    if (code !== 0) throw new Error(`It ended with ${code}.`);
  });
}

/** The status, and how much is left of the limit. */
function shortened({ status, headers }: Response): string {
  const left = headers.get("x-ratelimit-remaining");
  return left === null ? String(status) : `${status} (${left} left)`;
}

async function main(folder: string): Promise<void> {
  const { files, commands } = kubernetesPages();
  const install = commands.find(({ command }) => command.startsWith("portico operator install"))?.command ?? "";
  const secret = commands.find(({ command }) => command.startsWith("kubectl apply --filename partners"))?.command ?? "";
  const add = commands.find(({ command }) => command.startsWith("kubectl add"))?.command ?? "";
  for (const [name, text] of files) await writeFile(join(folder, name), here(text));
  const env = await withPlugins(folder);

  const { operator, gateway } = await step(say, "images of Portico, by Kaniko", () => baseImages({ name: "default" }));
  const images = new Map([
    ["registry.example/apis", registry],
    ["registry.example/portico/operator:1", operator],
    ["registry.example/portico/gateway:1", gateway],
  ]);
  const words = shellWords(install)
    .slice(1)
    .map((word) => images.get(word) ?? word);
  const installing = [...words, "--executor", testImage("kaniko"), ...registryOptions];
  await typed(`portico ${installing.join(" ")}`, porticoCommand(...installing), env);
  await step(say, "the operator runs", () =>
    kubectl("--namespace", system, "rollout", "status", "deployment/portico-operator", "--timeout=120s"),
  );

  const inFolder = (command: string): readonly string[] =>
    shellWords(command)
      .slice(1)
      .map((word) =>
        word.replace(/^(.*=)?(\w+\.yaml)$/, (_, before: string | undefined, file: string) => `${before ?? ""}${join(folder, file)}`),
      );
  for (const command of [secret, add]) await typed(command, [...target.kubectl, ...inFolder(command)], env);
  await typed("kubectl get apis,te", [...target.kubectl, "get", "apis,te"], env);

  const address = await kubectl("get", "service/petstore-gateway", "--output=jsonpath={.spec.clusterIP}");
  const url = `http://${address}/pets/7`;
  say(`\n$ curl ${url}`);
  await step(say, "", async () => say(shortened(await fetch(url))));
  const shown = "x-api-key: a-key-of-hers";
  say(`\n$ curl -H '${shown}' ${url}    # eight times`);
  const key = { headers: { "x-api-key": "a-key-of-hers" } };
  await step(say, "", async () => {
    const first = await fetch(url, key);
    say(`${shortened(first)} ${await first.text()}`);
    for (let count = 0; count < 7; count++) say(shortened(await fetch(url, key)));
  });

  const begin = `npm run -s cluster -- --name ${cluster}`;
  say(`
It stays up. Go on by hand:
  ${begin} exec -- curl -s -H '${shown}' ${url}
  ${begin} kubectl -- get apis
  ${begin} exec -- ${process.execPath} src/cli/portico.ts status petstore
  npm run demo -- down                      leave nothing of it`);
}

const folder = await mkdtemp(join(tmpdir(), "portico-demo-"));
try {
  await main(folder);
} catch (failure) {
  say(failure instanceof Error ? failure.message : String(failure));
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
