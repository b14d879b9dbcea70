/** Objects and lists in one another: nobody writes more, many readers take fewer, and what validates goes as deep on its stack. */
const deepest = 500;

/**
 * What is wrong with a JSON text whatever its schema: an object names a member twice, of which one reader takes the first, another the last (RFC 8259, section 4), or it is nested too
 * deep (section 9). The text is JSON. What parses it leaves no trace of the names, so they are looked at once more.
 */
export function jsonFault(text: string): "duplicate" | "depth" | undefined {
  /** The names so far of each object that is open at a place of the text; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (const part of structureOf(text)) {
    if (part === "{") open.push(new Set());
    else if (part === "[") open.push(undefined);
    else if (part === "}" || part === "]") open.pop();
    else {
      const name = nameIn(part);
      if (open.at(-1)?.has(name) === true) return "duplicate";
      open.at(-1)?.add(name);
    }
    if (open.length > deepest) return "depth";
  }
  return undefined;
}

const nameIn = (written: string): string => (written.includes("\\") ? String(JSON.parse(written)) : written.slice(1, -1));

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
