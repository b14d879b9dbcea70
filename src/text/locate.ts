import { EVENT_ID, type Event, getScalarValue, parseEvents } from "js-yaml";
import type { Place } from "../problem.ts";
import type { SourceFile } from "./node.ts";
import { join, tokens } from "./pointer.ts";

/** The parser's events of one text, with what is needed to step over a collection and to follow an alias. */
interface Outline {
  readonly text: string;
  readonly events: readonly Event[];
  /** For each opening event the index after its closing one; for every other event the next index. */
  readonly after: Int32Array;
  /** For each alias event the index of what it stands for. */
  readonly target: ReadonlyMap<number, number>;
  /** Offsets at which lines begin. */
  readonly lines: readonly number[];
  /** For collections that somebody entered, by their opening events: what is in them. To walk along one each time would take too long where Problems come in swarms. */
  readonly inside: Map<number, ReadonlyMap<string, Step>>;
}

interface Step {
  readonly shown: number;
  readonly value: number;
}

const outlines = new Map<string, Outline>();

/** The outline of a text; the last one is kept, since Problems come in swarms from one file. */
function outlineOf(text: string): Outline {
  const known = outlines.get(text);
  if (known !== undefined) return known;
  const events = parseEvents(text, { maxDepth: 500 });
  const after = new Int32Array(events.length);
  const target = new Map<number, number>();
  const anchors = new Map<string, number>();
  const open: number[] = [];
  for (const [index, event] of events.entries()) {
    after[index] = index + 1;
    if (event.type === EVENT_ID.POP) {
      after[open.pop() ?? 0] = index + 1;
      continue;
    }
    if (event.type === EVENT_ID.ALIAS) {
      target.set(index, anchors.get(text.slice(event.anchorStart, event.anchorEnd)) ?? index);
      continue;
    }
    if (event.type !== EVENT_ID.SCALAR) open.push(index);
    if (event.type !== EVENT_ID.DOCUMENT && event.anchorStart >= 0) anchors.set(text.slice(event.anchorStart, event.anchorEnd), index);
  }
  const outline = { text, events, after, target, lines: lineStarts(text), inside: new Map() };
  outlines.clear();
  outlines.set(text, outline);
  return outline;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/**
 * Where the value at `pointer` begins: the key for a member of a mapping, the value for an element of a list. A pointer that
 * leads nowhere is located at the last part of its way that exists.
 */
export function locate(file: SourceFile, pointer: string): Place {
  const outline = outlineOf(file.text);
  let at = documentStart(outline, file.document);
  let shown = at;
  for (const token of tokens(pointer)) {
    const step = enter(outline, at, token);
    if (step === undefined) break;
    shown = step.shown;
    at = step.value;
  }
  return { source: file.name, pointer, ...lineAndColumn(outline, offsetOf(outline.events[shown])) };
}

function documentStart({ events, after }: Outline, document: number): number {
  let at = 0;
  for (let skipped = 0; skipped < document; skipped++) at = after[at] ?? events.length;
  return at + 1;
}

interface Step {
  readonly shown: number;
  readonly value: number;
}

/** One step down: where the member is shown (its key) and where its value is. */
function enter(outline: Outline, from: number, token: string): Step | undefined {
  const at = outline.target.get(from) ?? from;
  const known = outline.inside.get(at) ?? stepsInto(outline, at);
  outline.inside.set(at, known);
  return known.get(token);
}

/** What is in a collection, by key or index; nothing where it is none. */
function stepsInto(outline: Outline, at: number): ReadonlyMap<string, Step> {
  const collection = outline.events[at]?.type;
  if (collection === EVENT_ID.SEQUENCE) return elements(outline, at);
  return collection === EVENT_ID.MAPPING ? members(outline, at) : new Map();
}

function elements({ after }: Outline, at: number): ReadonlyMap<string, Step> {
  const end = (after[at] ?? 0) - 1;
  const found = new Map<string, Step>();
  for (let value = at + 1; value < end; value = after[value] ?? end) found.set(String(found.size), { shown: value, value });
  return found;
}

/** Of two of one key the first. */
function members({ text, events, after }: Outline, at: number): ReadonlyMap<string, Step> {
  const end = (after[at] ?? 0) - 1;
  const found = new Map<string, Step>();
  for (let key = at + 1; key < end; ) {
    const value = after[key] ?? end;
    const event = events[key];
    const name = event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : undefined;
    if (name !== undefined && !found.has(name)) found.set(name, { shown: key, value });
    key = after[value] ?? end;
  }
  return found;
}

function offsetOf(event: Event | undefined): number {
  if (event === undefined) return 0;
  if (event.type === EVENT_ID.SCALAR) return event.style === 2 || event.style === 3 ? event.valueStart - 1 : event.valueStart;
  if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) return event.start;
  return event.type === EVENT_ID.ALIAS ? event.anchorStart - 1 : 0;
}

function lineAndColumn({ lines }: Outline, offset: number): { readonly line: number; readonly column: number } {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
}

/** A collection that is open at some offset, and how far one is in it. */
interface Open {
  readonly pointer: string;
  /** A mapping's key whose value comes next; undefined before a key. */
  key: string | undefined;
  /** A list's next index; undefined in a mapping. */
  index: number | undefined;
}

/** The pointer of the innermost value or key that begins at or before `offset`: the way back from the parser's mark. */
export function pointerAt(text: string, offset: number): string {
  const open: Open[] = [];
  let found = "";
  for (const event of outlineOf(text).events) {
    if (event.type === EVENT_ID.POP) open.pop();
    else if (event.type === EVENT_ID.DOCUMENT) open.push({ pointer: "", key: "", index: 0 });
    else if (offsetOf(event) > offset) break;
    else found = begin(text, event, open);
  }
  return found;
}

/** Takes one event that begins a key or a value; its pointer. */
function begin(text: string, event: Event, open: Open[]): string {
  const parent = open.at(-1);
  if (parent !== undefined && parent.index === undefined && parent.key === undefined) {
    parent.key = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : "";
    return join(parent.pointer, parent.key);
  }
  const pointer = parent === undefined || open.length === 1 ? "" : join(parent.pointer, parent.index ?? parent.key ?? "");
  if (parent?.index === undefined) {
    if (parent !== undefined) parent.key = undefined;
  } else parent.index++;
  if (event.type === EVENT_ID.MAPPING) open.push({ pointer, key: undefined, index: undefined });
  if (event.type === EVENT_ID.SEQUENCE) open.push({ pointer, key: undefined, index: 0 });
  return pointer;
}
