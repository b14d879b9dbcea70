import type { HeaderLine, MessageChange } from "../processing-messages.ts";
import type { Outcome } from "./tasks.ts";

/** What the gateway itself says of a message: no function has a say in it. */
const gateways =
  /^(?::|x-envoy-|x-forwarded-|x-request-id$|content-length$|transfer-encoding$|connection$|keep-alive$|te$|upgrade$|host$|date$)/;
/** A field's name in small letters, and its value (RFC 9110, sections 5.1 and 5.5). */
const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether fields are such as a function may set. */
export const areFields = (lines: readonly HeaderLine[]): boolean =>
  lines.every(([name, value]) => fieldName.test(name) && !gateways.test(name) && fieldValue.test(value));

/** Statuses whose responses have no content, and say no length (RFC 9110, sections 8.6 and 15). */
const withoutContent: ReadonlySet<number | undefined> = new Set([204, 304]);

/**
 * What becomes of a message whose request has a method. Of another body the length is said anew (envoy: ProcessingMode.BodySendMode), and its coding, where the function does not. Undefined where
 * the function's fields are none.
 */
export function changeOf(
  { status, set, remove, body }: Extract<Outcome, { kind: "goes-on" }>,
  method: string | undefined,
): MessageChange | undefined {
  if (!areFields(set) || remove.some((name) => !fieldName.test(name) || gateways.test(name))) return undefined;
  const line: readonly HeaderLine[] = status === undefined ? [] : [[":status", String(status)]];
  // An answer to HEAD has no content, whatever is made of it.
  if (body === undefined || method === "HEAD") return { set: [...line, ...set], remove, body: undefined };
  const bytes = Buffer.from(body, "base64");
  const hasNone = withoutContent.has(status);
  const length: readonly HeaderLine[] = hasNone ? [] : [["content-length", String(bytes.length)]];
  const saysCoding = set.some(([name]) => name === "content-encoding");
  const gone = [...(hasNone ? ["content-length"] : []), ...(saysCoding ? [] : ["content-encoding"])];
  return { set: [...line, ...set, ...length], remove: [...remove, ...gone], body: hasNone ? new Uint8Array() : bytes };
}
