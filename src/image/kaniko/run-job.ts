import { setTimeout as wait } from "node:timers/promises";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import type { BuildCluster, BuildNews, BuildState } from "./cluster.ts";
import type { LastLines } from "./last-lines.ts";

/** Who waits for a build. */
export interface Listener {
  /** Gets the build's log as it comes. */
  readonly write: (text: string) => void;
  /** Hears why the build does not begin yet, where something holds it up. */
  readonly waits: (why: string) => void;
  /** Hears which pod makes it: `namespace/name`. */
  readonly runs: (pod: string) => void;
  /** Ends the build: its Job is removed. */
  readonly signal: AbortSignal;
}

/** Waits for the end of a Job, and hands on its log: the digest that Kaniko said. */
export async function digestOfJob(
  cluster: BuildCluster,
  namespace: string,
  listener: Listener,
  job: string,
  log: LastLines,
): Promise<Checked<string>> {
  const news = cluster.news(namespace, job, listener.signal);
  try {
    return await followed({ cluster, namespace, job, news }, listener, log);
  } finally {
    news.close();
  }
}

/** A Job, and what is new of it. */
interface FollowedJob {
  readonly cluster: BuildCluster;
  readonly namespace: string;
  readonly job: string;
  readonly news: BuildNews;
}

async function followed(
  { cluster, namespace, job, news }: FollowedJob,
  { write, waits, runs, signal }: Listener,
  log: LastLines,
): Promise<Checked<string>> {
  let said: string | undefined;
  const note = ({ why }: Extract<BuildState, { kind: "waiting" }>): void => {
    if (why === undefined || why === said) return;
    waits(why);
    said = why;
  };
  const ask = async (): Promise<Checked<BuildState>> => {
    await news.next();
    return cluster.state(namespace, job);
  };
  const begun = await reached(ask, signal, (state) => {
    if (state.kind === "waiting") note(state);
    return state.kind !== "waiting";
  });
  if (!begun.ok) return begun;
  const pod = "pod" in begun.value ? begun.value.pod : undefined;
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  let read: Promise<unknown> = Promise.resolve();
  if (pod !== undefined) {
    runs(`${namespace}/${pod}`);
    const heard = (text: string): void => {
      log.add(text);
      write(text);
    };
    // A log that cannot be read says nothing of the build.
    read = cluster.followLog(namespace, pod, heard, until);
  }
  const ended = isEnd(begun.value) ? begun : await reached(ask, signal, isEnd);
  // The Job says how it ended; a log on a connection that is dead would never.
  await Promise.race([read, wait(logPatienceMs, undefined, { signal: until }).catch(() => {})]);
  over.abort();
  if (!ended.ok) return ended;
  if (ended.value.kind === "succeeded") return digestIn(job, ended.value.message, log);
  const why = whyEnded(ended.value);
  return failed(buildFailed(job, said === undefined || log.lines().length > 0 ? why : `${why} ${said}`, log.lines()));
}

/** How long the rest of a log may take to come, once its Job has ended (milliseconds). */
const logPatienceMs = 5_000;

const isEnd = ({ kind }: BuildState): boolean => kind === "succeeded" || kind === "failed" || kind === "gone";

function whyEnded(state: BuildState): string {
  if (state.kind === "gone") return "Its Job was removed.";
  return state.kind === "failed" ? state.why : "The build was ended.";
}

/** A cluster may not answer for a while, as when its apiserver is started anew. */
const mostUnanswered = 20;

/** Asks, whenever something is new, until a build is as far as that, or is to end. */
async function reached(
  ask: () => Promise<Checked<BuildState>>,
  signal: AbortSignal,
  isThere: (state: BuildState) => boolean,
): Promise<Checked<BuildState>> {
  let unanswered = 0;
  for (;;) {
    const state = await ask();
    unanswered = state.ok ? 0 : unanswered + 1;
    const isLost = !state.ok && (unanswered > mostUnanswered || state.problems.some(({ reason }) => reason === "ClusterDenied"));
    if (signal.aborted || isLost || (state.ok && isThere(state.value))) return state;
  }
}

function digestIn(job: string, message: string, log: LastLines): Checked<string> {
  const [digest] = /sha256:[0-9a-f]{64}/.exec(message) ?? [];
  return digest === undefined ? failed(buildFailed(job, "It did not say the image's digest.", log.lines())) : checked(digest, []);
}

export const buildFailed = (job: string, why: string, log: readonly string[]): Problem => ({
  ...error("BuildFailed", wholeFile(`job/${job}`), `The image was not built. ${why}`),
  log,
});
