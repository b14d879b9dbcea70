import { EVENT_ID, type Event } from "js-yaml";

/** Where the first key stands that is a collection, or an alias of one, as an offset; undefined where there is none. The parser that refuses it does not say where. */
export function complexKeyAt(text: string, events: readonly Event[]): number | undefined {
  const collections = new Set<string>();
  // For each collection that is open, whether a key comes next in it; undefined in a list and in a document.
  const open: (boolean | undefined)[] = [];
  const turn = (): void => {
    const last = open.at(-1);
    if (last !== undefined) open[open.length - 1] = !last;
  };
  const step = (event: Event): void => {
    if (event.type === EVENT_ID.POP) open.pop();
    if (event.type === EVENT_ID.POP || event.type === EVENT_ID.SCALAR || event.type === EVENT_ID.ALIAS) {
      turn();
      return;
    }
    open.push(event.type === EVENT_ID.MAPPING ? true : undefined);
    if (event.type !== EVENT_ID.DOCUMENT && event.anchorStart >= 0) collections.add(anchorOf(text, event));
  };
  for (const event of events) {
    const at = open.at(-1) === true ? beginOfCollection(text, event, collections) : undefined;
    if (at !== undefined) return at;
    step(event);
  }
  return undefined;
}

const anchorOf = (text: string, { anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number }): string =>
  text.slice(anchorStart, anchorEnd);

function beginOfCollection(text: string, event: Event, collections: ReadonlySet<string>): number | undefined {
  if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) return event.start;
  return event.type === EVENT_ID.ALIAS && collections.has(anchorOf(text, event)) ? event.anchorStart - 1 : undefined;
}
