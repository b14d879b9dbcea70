import { createHash } from "node:crypto";
import { isObject } from "../../text/node.ts";

/**
 * A file of clusters or listeners for the time between two states: the new ones, and the old ones that the routes still in effect may name. With it
 * in effect first, routes can be replaced without a request that finds none.
 */
export function resourcesOfBoth(before: string, after: string): string {
  const [old, next] = [resourcesOf(before), resourcesOf(after)];
  const names = new Set(next.map(({ name }) => name));
  const gone = old.filter(({ name }) => !names.has(name));
  return gone.length === 0 ? after : `${JSON.stringify({ version_info: `${versionOf(after)}-both`, resources: [...next, ...gone] })}\n`;
}

/**
 * A clusters file with the backends as another file has them, where it has them, and with those places, too, that the keys of issuers are fetched from there. Routes may name all that there were:
 * none is left out. It is as it was where nothing is new.
 */
export function followedClusters(before: string, now: string): string {
  const [old, next] = [resourcesOf(before), new Map(resourcesOf(now).map((one) => [String(one.name), one] as const))];
  const names = new Set(old.map(({ name }) => String(name)));
  const isBackend = (name: string): boolean => name.includes("/") && !isKeys(name);
  const kept = old.map((one) => (isBackend(String(one.name)) ? (next.get(String(one.name)) ?? one) : one));
  const resources = [...kept, ...[...next].flatMap(([name, one]) => (isKeys(name) && !names.has(name) ? one : []))];
  if (JSON.stringify(old) === JSON.stringify(resources)) return before;
  const version = createHash("sha256").update(JSON.stringify(resources)).digest("hex").slice(0, 12);
  return `${JSON.stringify({ version_info: version, resources })}\n`;
}

const isKeys = (name: string): boolean => name.startsWith("@keys/");

/** The hosts that a clusters file sends requests to, each once. */
export function hostsOf(file: string): readonly string[] {
  const hosts = [...file.matchAll(/"socket_address":\{"address":"([^"]+)"/g)].map(([, host = ""]) => host);
  return [...new Set(hosts)].toSorted();
}

/** The version a file says of itself: Envoy reports it once the file is in effect. */
export function versionOf(file: string): string {
  const parsed: unknown = JSON.parse(file);
  return isObject(parsed) && typeof parsed.version_info === "string" ? parsed.version_info : "";
}

function resourcesOf(file: string): readonly Readonly<Record<string, unknown>>[] {
  const parsed: unknown = JSON.parse(file);
  return isObject(parsed) && Array.isArray(parsed.resources) ? parsed.resources.filter(isObject) : [];
}
