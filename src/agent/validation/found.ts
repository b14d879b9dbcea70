import { type Unread, unread } from "./json.ts";
import type { Meanings } from "./texts.ts";

/** The name and value of each parameter of a query or a form, as they are written (WHATWG URL, section 5.1). */
export type Pairs = readonly (readonly [name: string, text: string])[];

/** What stands there under a name; undefined where it is not there. */
export type Found = { readonly ok: true; readonly meanings: Meanings } | Unread | undefined;

const notRead = unread("cannot be read: it stands there more than once, or is not percent-encoded");

/** What stands there, where it can be read. */
export const foundIn = (meanings: Meanings | undefined): Found => (meanings === undefined ? notRead : { ok: true, meanings });
