import { jsonFault } from "./json-faults.ts";

/** What a message or a part of it stands for; or in words, in what it cannot be read. */
export type Read = { readonly ok: true; readonly value: unknown } | Unread;

export interface Unread {
  readonly ok: false;
  readonly detail: string;
  readonly rule: "form" | keyof typeof faults;
}

export const unread = (detail: string): Unread => ({ ok: false, detail, rule: "form" });

/** A value in JSON (RFC 8259). */
export function jsonIn(body: Uint8Array): Read {
  try {
    return jsonOf(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return unread("must be JSON in UTF-8");
  }
}

export function jsonOf(text: string): Read {
  try {
    const value: unknown = JSON.parse(text);
    const rule = jsonFault(text);
    return rule === undefined ? { ok: true, value } : { ok: false, detail: faults[rule], rule };
  } catch {
    return unread("must be JSON in UTF-8");
  }
}

const faults = { duplicate: "must have each member of an object once", depth: "must not be nested so deep" };
