import { parseArgs } from "node:util";
import { runInForeground } from "./command.ts";
import { down } from "./down.ts";
import { loadImage } from "./images/load.ts";
import { aloneOnMachine } from "./lock.ts";
import { showMemory } from "./memory.ts";
import { entering, enteringNetwork, findNode, type Node } from "./node.ts";
import { cannotRun } from "./parts/debian.ts";
import { buildParts } from "./parts/parts.ts";
import { isClusterName, kubeconfigOf, kubectlCacheOf } from "./place.ts";
import { say } from "./progress.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

const help = `A real Kubernetes cluster on this machine, for the tests and for you.

  npm run cluster up                      bring it up (again: nothing to do)
  npm run cluster kubectl -- get pods -A  kubectl, as its administrator
  npm run cluster load-image FROM NAME    put an image into its registry: an OCI layout (folder or tar file) or a tar file of docker save
      load-image petstore.tar pets:1      pods know it as registry.test:5000/pets:1
      load-image layout team/pets         pods know it as registry.test:5000/team/pets:latest
  npm run cluster exec -- COMMAND ...     a command with this machine's files in the cluster's network, KUBECONFIG set
  npm run cluster shell                   a shell inside the node
  npm run cluster status                  what runs of it; -- status --json for programs
  npm run cluster down                    leave nothing of it

  -- --name NAME COMMAND   another cluster than "portico"; several run side by side
`;

/** How many operands a command takes; those that pass on take any number, but one at least. */
const operandsOf: Readonly<Record<string, readonly [least: number, most: number]>> = {
  kubectl: [1, Number.POSITIVE_INFINITY],
  exec: [1, Number.POSITIVE_INFINITY],
  "load-image": [2, 2],
};

/** What follows these belongs to the command that they run, options too. */
const passingOn = new Set(["kubectl", "exec"]);

function readArguments(args: readonly string[]) {
  const at = args.findIndex((argument, index) => passingOn.has(argument) && args[index - 1] !== "--name");
  const [own, rest] = at < 0 ? [args, []] : [args.slice(0, at + 1), args.slice(at + 1)];
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: {
      name: { type: "string", default: "portico" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  const [command = "", ...operands] = positionals;
  return { ...values, command, operands: [...operands, ...rest.slice(rest[0] === "--" ? 1 : 0)] };
}

type Arguments = ReturnType<typeof readArguments>;

function runningNode(name: string): Node {
  const node = findNode(name);
  if (node === undefined) throw new Error(`The cluster ${name} is not up. \`npm run cluster -- --name ${name} up\` brings it up.`);
  return node;
}

const commands: Readonly<Record<string, (given: Arguments) => Promise<number>>> = {
  up: async ({ name }) => {
    await up(name, say);
    process.stdout.write(`${kubeconfigOf(name)}\n`);
    return 0;
  },
  down: async ({ name }) => {
    await aloneOnMachine(() => down(name));
    return 0;
  },
  status: async ({ name, json }) => {
    // Of a cluster that is not there nothing has to be asked, nor built to ask it.
    const kubernetes = findNode(name) === undefined ? "" : (await buildParts(say)).kubernetes;
    const found = await status(name, kubernetes);
    const lines = [`${found.name}: ${found.state}, ${found.processes} processes, ${showMemory(found.memoryBytes)}`];
    for (const [component, ready] of Object.entries(found.components))
      lines.push(`  ${component.padEnd(24)} ${ready ? "ready" : "not ready"}`);
    if (found.kubeconfig !== undefined) lines.push(`  KUBECONFIG=${found.kubeconfig}`);
    process.stdout.write(json ? `${JSON.stringify(found)}\n` : `${lines.join("\n")}\n`);
    return found.state === "up" ? 0 : 1;
  },
  kubectl: async ({ name, operands }) => {
    const node = runningNode(name);
    const { kubernetes } = await buildParts(say);
    const kubectl = [kubernetes, "kubectl", `--kubeconfig=${kubeconfigOf(name)}`, ...operands];
    return runInForeground(enteringNetwork(node, kubectl), { ...process.env, KUBECACHEDIR: kubectlCacheOf(name) });
  },
  exec: ({ name, operands }) =>
    runInForeground(enteringNetwork(runningNode(name), operands), {
      ...process.env,
      KUBECONFIG: kubeconfigOf(name),
      KUBECACHEDIR: kubectlCacheOf(name),
    }),
  shell: ({ name }) => runInForeground(entering(runningNode(name), ["bash"])),
  "load-image": async ({ name, operands: [from = "", as = ""] }) => {
    process.stdout.write(`${await loadImage(runningNode(name), from, as)}\n`);
    return 0;
  },
};

function usage(what: string): number {
  say(`${what}\n\n${help}`);
  return 2;
}

async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args);
  if (given.help || given.command === "help") {
    process.stdout.write(help);
    return 0;
  }
  const command = Object.hasOwn(commands, given.command) ? commands[given.command] : undefined;
  if (command === undefined) return usage(given.command === "" ? "Say what to do." : `There is no command ${given.command}.`);
  if (given.json && given.command !== "status") return usage(`${given.command} has no --json: status has.`);
  if (!isClusterName(given.name)) return usage(`${given.name} is no name of a cluster: lower-case letters, digits and dashes, at most 32.`);
  const [least, most] = operandsOf[given.command] ?? [0, 0];
  const { length } = given.operands;
  if (length < least || length > most)
    return usage(`${given.command} takes ${least === most ? least : `${least} or more`} operands, not ${length}.`);
  const why = await cannotRun();
  if (why !== undefined) {
    say(why);
    return 1;
  }
  return command(given);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (failure) {
  say(failure instanceof Error ? failure.message : String(failure));
  const isUsage = failure instanceof Error && "code" in failure && String(failure.code).startsWith("ERR_PARSE_ARGS");
  process.exitCode = isUsage ? 2 : 1;
}
