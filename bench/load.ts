import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";

/** Whether the load generator is there; else the line that installs it. */
export function loadGeneratorMissing(): string | undefined {
  return spawnSync("wrk", ["-v"]).error === undefined ? undefined : "The bench needs wrk: apt-get install wrk, or brew install wrk.";
}

/** Requests as a script for wrk has them, and over how many kept connections. */
export interface Load {
  readonly script?: string;
  readonly connections?: number;
}

/** Requests a second for one URL. Every answer must be a 2xx: a fast 404 is no speed. */
export async function requestsPerSecond(url: string, seconds: number, { script, connections = 32 }: Load = {}): Promise<number> {
  const wrk = spawn("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, ...(script === undefined ? [] : ["-s", script]), url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const report = await text(wrk.stdout);
  if (/Non-2xx/.test(report)) throw new Error(`${url} does not answer 2xx:\n${report}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(report)?.[1]);
}
