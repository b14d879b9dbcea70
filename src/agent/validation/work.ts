import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import { requestVerdict } from "./request.ts";
import { responseVerdict } from "./response.ts";
import { type Task, type TaskAnswer, task } from "./tasks.ts";
import { type Validators, validatorsIn } from "./validators.ts";

/** What a thread that validates does: it reads validators, and holds messages against them. */
export function validateMessages(): void {
  const work = makeWork();
  parentPort?.on("message", async (message: unknown) => {
    // What is wrong may show what is in a message.
    const answer = await work(task.parse(message)).catch((): TaskAnswer => ({ kind: "failed" }));
    parentPort?.postMessage(answer);
  });
}

const read = async ({ api, file }: { readonly api: string; readonly file: string }) =>
  [api, validatorsIn(await readFile(file, "utf8"))] as const;

function makeWork(): (task: Task) => Promise<TaskAnswer> {
  let now: ReadonlyMap<string, Validators> = new Map();
  let before = now;
  const known = ({ api, operation }: { readonly api: string; readonly operation: string }): Validators | undefined =>
    [now, before].map((all) => all.get(api)).find((one) => one?.operations.has(operation) === true);
  return async (asked) => {
    if (asked.kind === "request") {
      const by = known(asked.request);
      return { kind: "done", verdict: by && (await requestVerdict(by, asked.request.operation, asked.request)) };
    }
    if (asked.kind === "response") {
      const by = known(asked.response);
      return { kind: "done", verdict: by && (await responseVerdict(by, asked.response.operation, asked.response)) };
    }
    now = new Map(await Promise.all(asked.now.map(read)));
    // Those before may be gone by now.
    const old = await Promise.all(asked.before.map((one) => read(one).catch(() => undefined)));
    before = new Map(old.flatMap((one) => (one === undefined ? [] : [one])));
    return { kind: "done" };
  };
}
