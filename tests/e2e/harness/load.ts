import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { z } from "zod";
import { until } from "../../../testing/until.ts";
import type { Ending, Namespace } from "./namespace.ts";
import { target } from "./target.ts";

const seen = z.object({
  requests: z.int(),
  /** What was not answered 200, with what happened. */
  failures: z.array(z.string()),
  /** How often each `host` was in an answer of the echo image: the name that the backend was asked under. */
  bodies: z.record(z.string(), z.int()),
});

/** A load from inside the cluster. */
export interface LoadInPod {
  /** Settles when so many requests more than now were answered, in time. */
  more(requests: number): Promise<void>;
  /** Ends it, and says what it saw. */
  stop(): Promise<z.infer<typeof seen>>;
}

/** Asks for a URL again and again from a pod of a Deployment whose image has Node, over HTTP/1.1 and HTTP/2; settles when it is under way. */
export async function loadFrom(
  t: Ending,
  namespace: Namespace,
  deployment: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<LoadInPod> {
  const script = await readFile(new URL("load-in-pod.mjs", import.meta.url), "utf8");
  const inPod = ["env", `LOAD_URL=${url}`, `LOAD_HEADERS=${JSON.stringify(headers)}`, "node", "--input-type=module", "-e", script];
  const [program = "", ...args] = [
    ...target.kubectl,
    "--namespace",
    namespace.name,
    "exec",
    "--stdin",
    `deployment/${deployment}`,
    "--",
    ...inPod,
  ];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines: string[] = [];
  const read = once(
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line)),
    "close",
  );
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const more = async (requests: number): Promise<void> => {
    // A line is said of ten requests.
    const enough = lines.length + Math.ceil(requests / 10);
    await until(`${requests} more requests`, () => lines.length >= enough, 60_000);
  };
  await more(10);
  return {
    more,
    stop: async () => {
      child.stdin.end();
      await Promise.all([ended, read]);
      return seen.parse(JSON.parse(lines.at(-1) ?? ""));
    },
  };
}
