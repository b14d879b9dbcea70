import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { z } from "zod";
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
  /** Ends it, and says what it saw. */
  stop(): Promise<z.infer<typeof seen>>;
}

/** Asks for a URL again and again from a pod of a Deployment whose image has Node, over HTTP/1.1 and HTTP/2. */
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
  const output = text(child.stdout);
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    stop: async () => {
      child.stdin.end();
      await ended;
      return seen.parse(JSON.parse(await output));
    },
  };
}
