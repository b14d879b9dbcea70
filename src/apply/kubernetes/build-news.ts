import { setTimeout as wait } from "node:timers/promises";
import type { BuildNews } from "../../image/kaniko/cluster.ts";
import { buildLabel } from "../../image/kaniko/job.ts";
import type { Transport } from "./transport.ts";

/** Nothing is heard for so long only on a connection that is dead: bookmarks come about once a minute. */
const silenceMs = 150_000;
/** Before a watch that ended is begun anew. */
const pauseMs = 500;

/** Follows a build's Job and its pod (Kubernetes API: "Efficient detection of changes"). What cannot be watched counts as new at intervals. */
export function buildNews(transport: Transport, namespace: string, job: string, signal: AbortSignal): BuildNews {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  let isNew = true;
  let told = (): void => {};
  const tell = (): void => {
    isNew = true;
    told();
  };
  ended.addEventListener("abort", tell);
  const follow = async (path: string): Promise<void> => {
    while (!ended.aborted) {
      try {
        for await (const _ of transport.lines({ method: "GET", path }, ended, silenceMs)) tell();
      } catch {
        // Who asks then is told why.
      }
      tell();
      await wait(pauseMs, undefined, { signal: ended }).catch(() => {});
    }
  };
  const query = (selector: string): string => `watch=true&allowWatchBookmarks=true&${selector}`;
  const name = encodeURIComponent(job);
  void follow(`/apis/batch/v1/namespaces/${namespace}/jobs?${query(`fieldSelector=metadata.name%3D${name}`)}`);
  void follow(`/api/v1/namespaces/${namespace}/pods?${query(`labelSelector=${encodeURIComponent(buildLabel)}%3D${name}`)}`);
  return {
    async next() {
      if (!isNew && !ended.aborted)
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      isNew = false;
    },
    close: () => over.abort(),
  };
}
