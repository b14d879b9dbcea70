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
  const pod = begun.value.kind === "waiting" ? undefined : begun.value.pod;
  if (pod !== undefined) {
    runs(`${namespace}/${pod}`);
    const heard = (text: string): void => {
      log.add(text);
      write(text);
    };
    // A log that cannot be read says nothing of the build.
    await cluster.followLog(namespace, pod, heard, signal);
  }
  const ended = await reached(ask, signal, ({ kind }) => kind === "succeeded" || kind === "failed");
  if (!ended.ok) return ended;
  if (ended.value.kind === "succeeded") return digestIn(job, ended.value.message, log);
  const why = ended.value.kind === "failed" ? ended.value.why : "The build was ended.";
  return failed(buildFailed(job, said === undefined || log.lines().length > 0 ? why : `${why} ${said}`, log.lines()));
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
