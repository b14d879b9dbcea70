import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

/** Whether the load generator is there; else the line that installs it. */
export function loadGeneratorMissing(): string | undefined {
  return spawnSync("wrk", ["-v"]).error === undefined ? undefined : "The bench needs wrk: apt-get install wrk, or brew install wrk.";
}

/** Requests as a script for wrk has them, and over how many kept connections. */
export interface Load {
  readonly script?: string;
  readonly connections?: number;
  /** Whether answers that are no 2xx are what is meant. */
  readonly refused?: boolean;
}

/** Requests a second for one URL. Every answer must be a 2xx: a fast 404 is no speed. */
export async function requestsPerSecond(url: string, seconds: number, load: Load = {}): Promise<number> {
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(await reportOf(url, seconds, load))?.[1]);
}

/**
 * Requests for each second that some processes were at work: how many a core of their own would serve. Where what sends and what answers share the cores with it, this is steadier
 * than requests a second.
 */
export async function requestsPerCpuSecond(pids: readonly number[], url: string, seconds: number, load: Load = {}): Promise<number> {
  const before = workOf(pids);
  const [, requests] = /(\d+) requests in/.exec(await reportOf(url, seconds, load)) ?? [];
  return Number(requests) / (workOf(pids) - before);
}

/** The seconds that processes were at work so far. */
export const workOf = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);

/** In user and kernel mode, of all its threads (proc(5): utime and stime, in hundredths of a second). */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A script for wrk that shows another of a file's lines as a header with each request. */
export const shows = (header: string, file: string): string => `
local values = {}
for line in io.lines(${JSON.stringify(file)}) do values[#values + 1] = line end
local at = 0
request = function()
  at = at % #values + 1
  return wrk.format("GET", nil, { [${JSON.stringify(header)}] = values[at] })
end
`;

/** A script for wrk that shows a header with a value that was never shown before. */
export const showsNew = (header: string, start: string): string => `
local at = 0
request = function()
  at = at + 1
  return wrk.format("GET", nil, { [${JSON.stringify(header)}] = ${JSON.stringify(start)} .. os.time() .. "-" .. at })
end
`;

async function reportOf(url: string, seconds: number, { script, connections = 32, refused = false }: Load): Promise<string> {
  const wrk = spawn("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, ...(script === undefined ? [] : ["-s", script]), url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const report = await text(wrk.stdout);
  if (!refused && /Non-2xx/.test(report)) throw new Error(`${url} does not answer 2xx:\n${report}`);
  return report;
}
