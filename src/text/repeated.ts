/** The first place in a list whose value stands before in it, too, and where it does (JSON Schema, "uniqueItems"). Takes a time that grows with the list, and not with its square. */
export function repeatedIn(list: readonly unknown[]): { readonly at: number; readonly before: number } | undefined {
  const places = new Map<string, number>();
  for (const [at, value] of list.entries()) {
    const text = canonical(value);
    const before = places.get(text);
    if (before !== undefined) return { at, before };
    places.set(text, at);
  }
  return undefined;
}

/** A text that two values of JSON have in common where they are the same: the order of members says nothing, nor does a zero's sign. What is beyond all numbers is no value of JSON's, and is written as itself. */
function canonical(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).map(([name, one]) => [JSON.stringify(name), canonical(one)] as const);
  return `{${members
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map((member) => member.join(":"))
    .join()}}`;
}
