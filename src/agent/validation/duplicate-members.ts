/**
 * Whether an object of a JSON text names a member twice: one reader takes the first, another the last (RFC 8259, section 4). The text is JSON. What parses it leaves no trace of
 * that, so the names are looked at once more.
 */
export function hasDuplicateMember(text: string): boolean {
  /** The names so far of each object that is open at a place of the text; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (const part of structureOf(text)) {
    if (part === "{") open.push(new Set());
    else if (part === "[") open.push(undefined);
    else if (part === "}" || part === "]") open.pop();
    else {
      const name = part.includes("\\") ? String(JSON.parse(part)) : part.slice(1, -1);
      if (open.at(-1)?.has(name) === true) return true;
      open.at(-1)?.add(name);
    }
  }
  return false;
}

/** The brackets of a text, and the strings that a colon follows. */
function* structureOf(text: string): Generator<string> {
  const next = /["{}[\]]/g;
  const colon = /\s*:/y;
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    if (found[0] !== '"') {
      yield found[0];
      continue;
    }
    const end = stringEnd(text, found.index);
    next.lastIndex = end;
    colon.lastIndex = end;
    if (colon.test(text)) yield text.slice(found.index, end);
  }
}

/** Behind the quote that ends a string. A pattern would need a stack as long as the string. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (; isEscaped(text, end); end = text.indexOf('"', end + 1));
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}
