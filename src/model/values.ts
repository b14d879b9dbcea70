import type { Redacted } from "../redacted.ts";
import { type ValueReference, valueName } from "./security.ts";

/** What the environment keeps, by `Secret/keys`, `ConfigMap/keys` or `file/keys.json`: its entries. A file has one, without a name. */
export type Values = ReadonlyMap<string, ReadonlyMap<string, Redacted>>;

export const noValues: Values = new Map();

/** All entries of an object. */
export const entriesOf = (values: Values, reference: ValueReference): ReadonlyMap<string, Redacted> =>
  values.get(valueName(reference)) ?? new Map();

/** The entry that a reference names, or, where it names none, the only one. */
export function entryOf(values: Values, reference: ValueReference): Redacted | undefined {
  const entries = entriesOf(values, reference);
  if (reference.key !== undefined) return entries.get(reference.key);
  const [only] = entries.values();
  return entries.size === 1 ? only : undefined;
}

/** Whether a header field can hold a text as it is (RFC 9110, section 5.5). */
export const isSendable = (text: string): boolean => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text);

/** A client's key, and the tier that the client belongs to; undefined for none. */
export interface ClientKey {
  readonly key: Redacted;
  readonly tier: string | undefined;
}

/** The keys of clients, by their clients' names. A line's end after a key is none of it: files have one. A second line may say the tier: `tier: gold`. */
export function clientKeys(values: Values, reference: ValueReference): ReadonlyMap<string, ClientKey> {
  const keys = [...entriesOf(values, reference)].map(([client, entry]) => [client, clientKey(entry)] as const);
  return new Map(keys.filter(([client, { key }]) => client !== "" && key.reveal() !== ""));
}

function clientKey(entry: Redacted): ClientKey {
  const [, tier] = /\r?\ntier:[ \t]*(\S+)[ \t]*(?:\r?\n)?$/.exec(entry.reveal()) ?? [];
  return { key: entry.map((text) => text.replace(/\r?\n(?:tier:[ \t]*\S+[ \t]*(?:\r?\n)?)?$/, "")), tier };
}
