import { EVENT_ID, type Event } from "js-yaml";

/** Where the first key stands that is a collection itself, as an offset; undefined where there is none. The parser that refuses it does not say where. */
export function complexKeyAt(events: readonly Event[]): number | undefined {
  // For each collection that is open, whether a key comes next in it; undefined in a list and in a document.
  const open: (boolean | undefined)[] = [];
  const turn = (): void => {
    const last = open.at(-1);
    if (last !== undefined) open[open.length - 1] = !last;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      turn();
    } else if (event.type === EVENT_ID.SCALAR || event.type === EVENT_ID.ALIAS) turn();
    else {
      if (event.type !== EVENT_ID.DOCUMENT && open.at(-1) === true) return event.start;
      open.push(event.type === EVENT_ID.MAPPING ? true : undefined);
    }
  }
  return undefined;
}
