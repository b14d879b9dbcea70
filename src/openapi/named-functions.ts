import { child, isObject, members, type Node, root, type SourceFile } from "../text/node.ts";
import type { DocumentFiles } from "./references.ts";

/** Every function that the extensions of a document name, wherever they stand in it. */
export const namedFunctions = ({ root: own, files }: DocumentFiles): readonly Node[] => [own, ...files.values()].flatMap(namedIn);

function namedIn(file: SourceFile): readonly Node[] {
  // Nearly all documents name none, and large ones take a while to walk through.
  if (!file.text.includes("interceptors")) return [];
  const found: Node[] = [];
  const seen = new Set<object>();
  const visit = (node: Node): void => {
    const { value } = node;
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    const said = child(child(node, "x-portico"), "interceptors");
    if (isObject(said.value)) {
      const functions = ["request", "response"].map((which) => child(said, which));
      found.push(...functions.filter((one) => typeof one.value === "string"));
    }
    for (const member of Array.isArray(value) ? value.map((_, index) => child(node, index)) : members(node).map(([, one]) => one))
      visit(member);
  };
  visit(root(file));
  return found;
}
