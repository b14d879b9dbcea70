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

/** A clusters file with those of another one, too, from which the keys of issuers are fetched. It is as it was where it has them all. */
export function withKeysClusters(before: string, other: string): string {
  const old = resourcesOf(before);
  const names = new Set(old.map(({ name }) => name));
  const more = resourcesOf(other).filter(({ name }) => String(name).startsWith("@keys/") && !names.has(name));
  if (more.length === 0) return before;
  const resources = [...old, ...more];
  const version = createHash("sha256").update(JSON.stringify(resources)).digest("hex").slice(0, 12);
  return `${JSON.stringify({ version_info: version, resources })}\n`;
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
