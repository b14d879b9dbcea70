import { readdirSync } from "node:fs";
import { join } from "node:path";
import { processesOf } from "../cluster/cgroups.ts";
import { run } from "../cluster/command.ts";
import { clusterFolder } from "../cluster/place.ts";
import type { Question } from "../harness/report.ts";

/** What runs in the node of a cluster of ours, and what its components wrote last. */
export const ofNode = (cluster: string): readonly Question[] => [
  {
    what: `the processes of the cluster ${cluster}`,
    ask: () => run(["ps", "-o", "pid,stat,etime,args", "--pid", [...processesOf(cluster)].join(",")]),
  },
  { what: `the ends of the logs of its node`, ask: () => endsOf(join(clusterFolder(cluster), "log")) },
];

/** The last lines of every file in a folder, each under its name (tail(1)). */
const endsOf = (folder: string): Promise<string> =>
  run(["tail", "--lines=40", "--verbose", ...readdirSync(folder).map((name) => join(folder, name))]);
