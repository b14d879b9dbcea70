import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Does something while no other process that asks for the same lock does. The lock is the kernel's, on a folder that is there anyway (flock(1)):
 * it leaves no file, and ends with this process however that ends.
 */
export async function locked<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const holder = spawn("flock", [folder, "sh", "-c", "echo; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  await Promise.race([
    once(holder.stdout, "data"),
    once(holder, "close").then(([code]) => Promise.reject(new Error(`flock ended with ${code}`))),
  ]);
  try {
    return await act();
  } finally {
    const ended = once(holder, "close");
    holder.stdin.end();
    await ended;
  }
}

/** Does something while no other process makes or removes a cluster on this machine. */
export const aloneOnMachine = <T>(act: () => Promise<T>): Promise<T> => locked("/var/lib", act);
