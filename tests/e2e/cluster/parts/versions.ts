import { keyOf } from "./cache.ts";

/** Debian packages by their names, with a version each. */
export type Versions = Readonly<Record<string, string>>;

/** `name=version`, as apt takes it, sorted. */
export const asApt = (versions: Versions): readonly string[] =>
  Object.entries(versions)
    .map(([name, version]) => `${name}=${version}`)
    .toSorted();

/** A key of what is made from packages in these versions, and of how. */
export const keyOfVersions = (versions: Versions, ...recipe: readonly string[]): string => keyOf(...recipe, ...asApt(versions));

/**
 * What apt can give of pinned packages: the pinned version, else the newest. Debian's mirrors keep the last versions of a release only. `madison` is
 * what `apt-cache madison` says: lines such as `runc | 1.1.5+ds1-1 | http://... Packages`, the first choice first (apt-cache(8)).
 */
export function available(pinned: Versions, madison: string): Versions {
  const offered = madison.split("\n").map((line) => line.split("|").map((part) => part.trim()));
  const choices = (name: string): readonly string[] =>
    offered.flatMap(([ofPackage, version = "", source = ""]) => (ofPackage === name && source.endsWith(" Packages") ? [version] : []));
  return Object.fromEntries(
    Object.entries(pinned).map(([name, version]) => {
      const [newest, ...older] = choices(name);
      if (newest === undefined) throw new Error(`Debian's lists on this machine have no package ${name}: see /etc/apt/sources.list.d.`);
      return [name, older.includes(version) ? version : newest];
    }),
  );
}

/** Says in one line what was taken that is not what is pinned. */
export function saySubstitutes(pinned: Versions, taken: Versions, say: (line: string) => void): void {
  const names = [...new Set([...Object.keys(taken), ...Object.keys(pinned)])].toSorted().filter((name) => taken[name] !== pinned[name]);
  if (names.length === 0) return;
  const each = names.map((name) => `${name} ${taken[name] ?? "not at all"} (pinned: ${pinned[name] ?? "none"})`);
  say(`Debian no longer has what is pinned in tests/e2e/cluster/parts/debian-versions.json; taken in its place: ${each.join(", ")}.`);
}
