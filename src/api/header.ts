import { z } from "zod";
import { under } from "./law.ts";

/** The name of a header field (RFC 9110, section 5.6.2). */
export const headerName = z
  .string()
  .max(256)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "Not the name of a header. Write letters, digits and hyphens.");

/**
 * Headers that say where a message goes, where it ends and what its connection is (RFC 9110, sections 7.2, 7.6.1 and 8.6; RFC 9112, section 6):
 * changed, one request could be read as two.
 */
const framing: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** A header that may be changed. */
const changeableHeader = headerName.refine(
  (name) => !framing.has(name.toLowerCase()),
  "This header belongs to the connection or says how long the message is, and follows from them. Leave it out here.",
);

/** Envoy takes no longer value, in bytes; `%` counts twice, for it begins a command of Envoy's unless it is doubled. */
const longestValue = 16_384;

const headerValue = under(
  z.string().regex(/^[\t -~\u0080-\uffff]*$/, "A header's value is one line of text. Leave line breaks and control characters out."),
  {
    message: "The value is longer than 16,384 bytes, each `%` counted twice. Shorten it.",
    holds: (value) => Buffer.byteLength(value.replaceAll("%", "%%")) <= longestValue,
  },
);

/** Whether no header is named twice: names are the same in capitals and small letters (RFC 9110, section 5.1). */
const areDistinct = (names: readonly string[]): boolean => new Set(names.map((name) => name.toLowerCase())).size === names.length;

const valuesByHeader = under(z.record(changeableHeader, headerValue), {
  message: "A header stands here twice, in capitals and small letters. Keep one of them.",
  holds: (values) => areDistinct(Object.keys(values)),
});

const headerNames = under(z.array(changeableHeader), {
  message: "A header stands here twice; capitals and small letters are the same. Keep one of them.",
  holds: areDistinct,
});

/** Changes to header fields, done in this order: remove, set, add. */
export const headerChanges = z.strictObject({
  remove: headerNames.optional().describe("The names of headers that are taken out."),
  set: valuesByHeader.optional().describe("Headers that get this value, in place of any that they have."),
  add: valuesByHeader.optional().describe("Headers that get this value in addition to those that they have."),
});

export type HeaderChangesField = z.infer<typeof headerChanges>;
