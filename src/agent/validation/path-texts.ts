import type { PathTemplate } from "../../model/path.ts";
import { exactRegex } from "../../text/exact-regex.ts";

/** What stands in a path, with or without its query, for the parameters of a template: percent-encoded texts by the parameters' names. */
export type PathTexts = (path: string) => ReadonlyMap<string, string>;

/** What finds the texts of a template's parameters behind a base path. */
export function pathTextsOf(template: PathTemplate, basePath: string): PathTexts {
  const readers = template.flatMap((segment, index) => {
    const names = segment.flatMap((part) => (typeof part === "string" ? [] : [part.parameter]));
    const pattern = segment.map((part) => (typeof part === "string" ? exactRegex(part) : "(.*?)")).join("");
    return names.length === 0 ? [] : [{ index, names, pattern: new RegExp(`^${pattern}$`, "s") }];
  });
  return (path) => {
    const [asked = ""] = path.split("?", 1);
    const segments = asked.slice(basePath.length).split("/").slice(1);
    return new Map(
      readers.flatMap(({ index, names, pattern }) => {
        const found = pattern.exec(segments[index] ?? "");
        return names.flatMap((name, at) => (found === null ? [] : [[name, found[at + 1] ?? ""] as const]));
      }),
    );
  };
}
