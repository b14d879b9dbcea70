import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import { requestVerdict } from "./request.ts";
import { type Task, type TaskAnswer, task, type ValidationRequest } from "./tasks.ts";
import { type Validators, validatorsIn } from "./validators.ts";
import type { Verdict } from "./violation.ts";

/** What a thread that validates does: it reads validators, and holds requests against them. */
export function validateRequests(): void {
  const work = makeWork();
  parentPort?.on("message", async (message: unknown) => {
    // What is wrong may show what is in a request.
    const answer = await work(task.parse(message)).catch((): TaskAnswer => ({ kind: "failed" }));
    parentPort?.postMessage(answer);
  });
}

function makeWork(): (task: Task) => Promise<TaskAnswer> {
  let now: ReadonlyMap<string, Validators> = new Map();
  let before = now;
  const verdictOf = async ({ api, operation, ...request }: ValidationRequest): Promise<Verdict | undefined> => {
    const known = [now, before].map((all) => all.get(api)).find((one) => one?.operations.has(operation) === true);
    return known && requestVerdict(known, operation, { ...request, body: request.body });
  };
  return async (asked) => {
    if (asked.kind === "validate") return { kind: "done", verdict: await verdictOf(asked.request) };
    const read = await Promise.all(asked.apis.map(async ({ api, file }) => [api, validatorsIn(await readFile(file, "utf8"))] as const));
    before = now;
    now = new Map(read);
    return { kind: "done" };
  };
}
