import { parentPort, Worker } from "node:worker_threads";
import { compare } from "bcryptjs";
import { z } from "zod";
import type { ComparePassword } from "./passwords.ts";

const question = z.object({ id: z.number(), password: z.string(), hash: z.string() });
const answer = z.object({ id: z.number(), isRight: z.boolean() });

/** Compares passwords on a thread of their own, which is the given program: it takes long, and the agent's other answers are not held up. */
export function comparesInWorker(program: string): ComparePassword {
  const open = new Map<number, (isRight: boolean) => void>();
  let count = 0;
  let worker: Worker | undefined;
  const started = (): Worker => {
    const thread = new Worker(program);
    thread.unref();
    thread.on("message", (message: unknown) => {
      const { id, isRight } = answer.parse(message);
      open.get(id)?.(isRight);
      open.delete(id);
    });
    return thread;
  };
  return (password, hash) =>
    new Promise((resolve) => {
      const id = count++;
      open.set(id, resolve);
      // Most agents compare no passwords.
      worker ??= started();
      worker.postMessage({ id, password, hash });
    });
}

/** The thread's own work. */
export function comparePasswords(): void {
  parentPort?.on("message", async (message: unknown) => {
    const { id, password, hash } = question.parse(message);
    const isRight = await compare(password, hash).catch(() => false);
    parentPort?.postMessage({ id, isRight });
  });
}
