import { inTime } from "../apply/in-time.ts";
import { watchCollection } from "../apply/kubernetes/collection.ts";
import { madeKinds, resources } from "../apply/kubernetes/kinds.ts";
import { clusterProblem } from "../apply/kubernetes/problems.ts";
import { serves } from "../apply/kubernetes/serves.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { managedSelector } from "../workloads/object.ts";

/** How long what was made for APIs may take to go (milliseconds). */
const patienceMs = 60_000;

/** Waits until nothing is there any more that was made for APIs and TargetEndpoints. Fails where something is still there after a minute, or where nobody can tell. */
export async function madeIsGone(transport: Transport): Promise<Checked<void>> {
  const ended = new AbortController();
  let why: unknown = Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
  const unanswered = (thrown: unknown): void => {
    why = thrown;
  };
  /** What is left, once that is known. */
  let left: (() => readonly string[]) | undefined;
  const gone = async (): Promise<Checked<void>> => {
    const kinds = madeKinds(await serves(transport, resources.httpRoutes, unanswered, ended.signal));
    let look = (): void => {};
    const collections = kinds.map((resource) => {
      const selection = { resource, labelSelector: managedSelector, metadataOnly: true };
      return watchCollection(transport, selection, { changed: () => look(), failed: unanswered }, ended.signal);
    });
    const leftOf = (): readonly string[] =>
      collections.flatMap(({ objects }, index) => [...objects.keys()].map((key) => `${kinds[index]?.kind ?? ""} ${key}`));
    await Promise.all(collections.map(({ filled }) => filled));
    left = leftOf;
    await new Promise<void>((resolve) => {
      look = () => {
        if (leftOf().length === 0) resolve();
      };
      look();
    });
    return checked(undefined, []);
  };
  try {
    const late = (): Checked<void> =>
      failed(left ? stillThere(left()) : clusterProblem(transport.server, "list what was made for APIs", why));
    return await inTime(gone(), patienceMs, late);
  } finally {
    ended.abort();
  }
}

const stillThere = (left: readonly string[]): Problem =>
  error(
    "ClusterFailed",
    wholeFile("cluster"),
    `After a minute there are still ${left.slice(0, 3).join(", ")}. Run the command again when they are gone.`,
  );
