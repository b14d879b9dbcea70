import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groupOf, hierarchies } from "./cgroups.ts";

/** The memory that a cluster uses, in bytes. Files on disk that the kernel keeps in memory are not in it: it gives that away when others want it. */
export interface ClusterMemory {
  readonly processes: number;
  /** Files in the node's file systems that are in memory: `/run`, `/tmp`, `/dev/shm`, those of pods. */
  readonly files: number;
}

/** What a cluster uses now; nothing of one that is not there. */
export function memoryOf(cluster: string): ClusterMemory {
  const group = hierarchies()
    .map((hierarchy) => groupOf(hierarchy, cluster))
    .find((path) => existsSync(join(path, "memory.stat")));
  return group === undefined ? { processes: 0, files: 0 } : memoryIn(readFileSync(join(group, "memory.stat"), "utf8"));
}

/** A group's `memory.stat`: in version 1 the sums of all groups below it have names of their own (kernel: cgroup-v1/memory.rst, cgroup-v2.rst). */
export function memoryIn(stat: string): ClusterMemory {
  const amount = (pattern: RegExp): number => Number(pattern.exec(stat)?.[1] ?? 0);
  const isVersion1 = /^total_rss /m.test(stat);
  return {
    processes: amount(isVersion1 ? /^total_rss (\d+)$/m : /^anon (\d+)$/m),
    files: amount(isVersion1 ? /^total_shmem (\d+)$/m : /^shmem (\d+)$/m),
  };
}

/** In words, with what is counted. */
export function showMemory({ processes, files }: ClusterMemory): string {
  const [all, ofProcesses, ofFiles] = [processes + files, processes, files].map((bytes) => Math.round(bytes / 2 ** 20));
  return `${all} MiB (processes ${ofProcesses}, files in memory ${ofFiles}; cached files of the disk not counted)`;
}
