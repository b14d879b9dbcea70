#!/usr/bin/env node
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { superviseAgent } from "../apply/agent-process.ts";
import { adminClient } from "../apply/envoy/admin.ts";
import { drain } from "../apply/envoy/drain.ts";
import { validateConfiguration } from "../apply/envoy/validate.ts";
import { agentPath } from "../compile/envoy/agent-file.ts";
import { adminSocket, socketsFolder } from "../compile/envoy/names.ts";
import { patchesPath } from "../compile/envoy/patches.ts";
import { agentProgram } from "./agent-program.ts";

const usage = `gateway: the program in a gateway's image. It works in the gateway's folder.

  gateway start                 run Envoy, and send its clients away before it ends
  gateway validate [FOLDER]     have Envoy look at the gateway's files, and say what it does not take; FOLDER is to write in meanwhile
  gateway drain [--seconds N]   send the clients of the Envoy that runs away, and return when they are gone (at most N seconds, else 40)
`;

const envoyProgram = "/usr/local/bin/envoy";

/** How long `docker stop` waits is ten seconds. */
const atStop = { leastMs: 0, mostMs: 8_000 };
const leastMs = 5_000;

/** Runs Envoy, and the policy agent where there is work for it, until Envoy ends or we are told to: then its clients are sent away first. Its exit code. */
async function start(): Promise<number> {
  if (existsSync(patchesPath) && (await validate(socketsFolder)) !== 0) return 1;
  // What is mounted takes the place of the folder that the image has; without it the gateway says what is missing.
  const bootstrap = existsSync("mounted/bootstrap.json") ? "mounted/bootstrap.json" : "unmounted/bootstrap.json";
  const agent = existsSync(agentPath) ? superviseAgent({ program: agentProgram(), folder: ".", say }) : undefined;
  const envoy = spawn(envoyProgram, ["--config-path", bootstrap, "--drain-time-s", "5", ...process.argv.slice(3)], {
    stdio: "inherit",
  });
  const ended = once(envoy, "exit");
  const stop = async (): Promise<void> => {
    await drain(adminClient(adminSocket), atStop);
    envoy.kill("SIGTERM");
    await agent?.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const [code] = await ended;
  await agent?.stop();
  return typeof code === "number" ? code : 1;
}

/** What was patched may be nothing that Envoy takes: it says so before anything is served by it. */
async function validate(scratch: string): Promise<number> {
  const fit = await validateConfiguration({ path: envoyProgram }, ".", { scratch, filters: "left" });
  for (const { message } of fit.problems) say(message);
  return fit.ok ? 0 : 1;
}

const say = (line: string): void => {
  process.stderr.write(`gateway: ${line}\n`);
};

async function drainFor(seconds: string): Promise<number> {
  if (!/^[1-9]\d{0,3}$/.test(seconds)) return wrong("--seconds takes a whole number.");
  const left = await drain(adminClient(adminSocket), { leastMs, mostMs: Number(seconds) * 1000 });
  if (left > 0) process.stderr.write(`${left} connections are still there after ${seconds} s.\n`);
  return 0;
}

function wrong(why: string): number {
  process.stderr.write(`gateway: ${why}\n${usage}`);
  return 2;
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command === "start") return start();
  if (command === "validate") return validate(args[0] ?? socketsFolder);
  if (command !== "drain") return wrong(command === undefined ? "Say what to do." : `There is no \`${command}\`.`);
  try {
    const { values } = parseArgs({ args, options: { seconds: { type: "string", default: "40" } } });
    return drainFor(values.seconds);
  } catch {
    return wrong("There is no such option.");
  }
}

process.exitCode = await main(process.argv.slice(2));
