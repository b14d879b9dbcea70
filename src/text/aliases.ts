/**
 * How many values a graph of shared objects stands for when every alias is written out; "endless" when one holds itself.
 * Counting stops soon after `limit`. Linear in the size of the graph, whatever the aliases multiply to.
 */
export function expansion(value: unknown, limit: number): number | "endless" {
  const known = new Map<object, number | "open">();
  const count = (node: unknown): number => {
    if (typeof node !== "object" || node === null) return 1;
    const before = known.get(node);
    if (before === "open") return Number.POSITIVE_INFINITY;
    if (before !== undefined) return before;
    known.set(node, "open");
    let size = 1;
    for (const member of Object.values(node)) {
      size += count(member);
      if (size > limit) break;
    }
    known.set(node, size);
    return size;
  };
  const size = count(value);
  return size === Number.POSITIVE_INFINITY ? "endless" : size;
}
