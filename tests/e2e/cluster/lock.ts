import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { say } from "./progress.ts";

/** Who waits longer than this is told so (milliseconds). */
const silentMs = 2000;

/**
 * Does something while no other process that asks for the same lock does. The lock is the kernel's, on a file or folder that is there anyway (flock(1)):
 * it leaves no file, and ends with this process however that ends.
 */
export async function locked<T>(path: string, act: () => Promise<T>): Promise<T> {
  // Ctrl-C is not for it: who holds the lock may have to put things in order.
  const holder = spawn("flock", [path, "sh", "-c", "echo; exec cat"], { detached: true, stdio: ["pipe", "pipe", "inherit"] });
  const held = Promise.race([
    once(holder.stdout, "data"),
    once(holder, "close").then(([code]) => Promise.reject(new Error(`flock ended with ${code}`))),
  ]);
  const late = new AbortController();
  wait(silentMs, undefined, { signal: late.signal }).then(
    () => say(`Waiting for another program that works on ${path}.`),
    () => {},
  );
  await held.finally(() => late.abort());
  try {
    return await act();
  } finally {
    const ended = once(holder, "close");
    holder.stdin.end();
    await ended;
  }
}

/** Does something while no other process makes or removes a cluster on this machine. Root alone can open the file that is locked. */
export const aloneOnMachine = <T>(act: () => Promise<T>): Promise<T> => locked("/etc/shadow", act);
