import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { hasGroups, removeGroups } from "./cgroups.ts";
import { clusterFolder, clustersFolder } from "./place.ts";

/**
 * Removes all of a cluster, whatever state it is in: its processes, found by their control group, and with the first of them its mounts and its network;
 * the group; the folder. Nothing in a throw-away node needs a graceful end.
 */
export async function down(cluster: string): Promise<void> {
  if (hasGroups(cluster)) await removeGroups(cluster);
  await rm(clusterFolder(cluster), { recursive: true, force: true });
  if (existsSync(clustersFolder) && readdirSync(clustersFolder).length === 0) rmdirSync(clustersFolder);
}
