import { hasDuplicateMember } from "./duplicate-members.ts";

/** What a message or a part of it stands for; or in words, in what it cannot be read. */
export type Read = { readonly ok: true; readonly value: unknown } | Unread;

export interface Unread {
  readonly ok: false;
  readonly detail: string;
  readonly rule: "form" | "duplicate";
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
    if (!hasDuplicateMember(text)) return { ok: true, value };
  } catch {
    return unread("must be JSON in UTF-8");
  }
  return { ok: false, detail: "must have each member of an object once", rule: "duplicate" };
}
