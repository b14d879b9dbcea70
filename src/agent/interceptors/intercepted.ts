import { interceptorDetails, ownAnswerHeader } from "../../model/gateway-error.ts";
import { withoutCoding } from "../content-coding.ts";
import type { PartStream } from "../part-stream.ts";
import { fieldsOf, type Head, type MessagePart, writeAnswer, writeChange, writeContinue, writeInstead } from "../processing-messages.ts";
import type { Held } from "../validation/held.ts";
import { type Called, type Caller, callerOf } from "./called.ts";
import type { CallFunction } from "./interceptors.ts";
import { areFields, changeOf } from "./message-change.ts";
import { type AskedRequest, askedRequest, taskOf } from "./message-task.ts";
import type { Outcome } from "./tasks.ts";

/** What became of a message, beside what a function makes of it. */
type Found = Outcome | { readonly kind: "overloaded" };

/** Shows a request and its response to the functions of an operation, each once all of it is there that they are given. What a function failed at is said in a line. */
export function interceptedStream(called: Called, call: CallFunction, held: Held, say: (line: string) => void): PartStream {
  const heads: { request?: Head; response?: Head } = {};
  const shown = new Set<MessagePart["of"]>();
  let asked: AskedRequest | undefined;
  let caller: Caller | undefined;
  let isOver = false;

  const note = (part: MessagePart): void => {
    if (part.kind !== "headers") return;
    heads[part.of] = part;
    if (part.of === "request") asked = askedRequest(part);
  };
  const outcomeOf = async (of: Head, body: Uint8Array | undefined): Promise<Found> => {
    caller ??= callerOf(called, of);
    const task = taskOf(called, of, asked ?? askedRequest(of), body, caller);
    if (task === undefined) return { kind: "unfit", why: "What is asked for makes no URL" };
    const { client, operation, timeoutMs } = called;
    const found = await call(called.folder, { task, timeoutMs, client, operation, isWanted: () => !isOver });
    if (found === "unbegun") return { kind: "overloaded" };
    return found === "late" ? { kind: "failed", why: `It took longer than ${timeoutMs} ms, or its process ended` } : found;
  };
  const answered = async (part: MessagePart, of: Head, body: Uint8Array | undefined): Promise<Buffer> => {
    const most = called.largestBytes ?? 0;
    // What comes out of a coding counts before it is there.
    const bytes = body === undefined ? 0 : isCoded(of) ? most : body.length;
    if (!held.take(bytes, called.client)) return writeInstead(503, interceptorDetails.overloaded);
    try {
      const plain = body === undefined ? { head: of, bytes: undefined } : await plainly(of, body, most);
      if (plain === "too large") return tooLarge(of);
      return written(part, of, await outcomeOf(plain.head, plain.bytes));
    } finally {
      held.give(bytes, called.client);
    }
  };
  const written = (part: MessagePart, of: Head, found: Found): Buffer => {
    const bytes = bytesOf(part, found, asked?.method ?? askedRequest(of).method);
    if (bytes !== undefined) return bytes;
    say(failureLine(called, of, asked, found.kind === "failed" ? found.why : "It gave back fields that are none, or the gateway's own"));
    return called.goesOnAfterFailure ? writeContinue(part) : writeInstead(500, interceptorDetails.failed);
  };
  const seen = async (part: Exclude<MessagePart, { kind: "trailers" }>, of: Head): Promise<Buffer> => {
    const body = givenBody(part, called.largestBytes !== undefined);
    if (body === "later") return writeContinue(part);
    shown.add(part.of);
    return answered(part, of, body);
  };
  return {
    async take(part) {
      note(part);
      const of = heads[part.of];
      if (of === undefined || called[part.of] === undefined || !isSomebodys(of)) return writeContinue(part);
      // A body that is waited for, and of which nothing comes: no function has seen the message.
      if (part.kind === "trailers") return shown.has(part.of) ? writeContinue(part) : writeInstead(400, interceptorDetails.unfit);
      const bytes = await seen(part, of);
      // The response is none of ours where no function sees it.
      const isAll = part.kind === "headers" && called.response === undefined && shown.has("request");
      return isAll ? { last: bytes } : bytes;
    },
    end: () => {
      isOver = true;
    },
  };
}

/** What is written where a function did what it may, or could not be called; undefined where it failed. */
function bytesOf(part: MessagePart, found: Found, method: string): Buffer | undefined {
  if (found.kind === "overloaded") return writeInstead(503, interceptorDetails.overloaded);
  if (found.kind === "unfit") return writeInstead(400, interceptorDetails.unfit);
  if (found.kind === "failed") return undefined;
  if (found.kind === "answers")
    return areFields(found.lines)
      ? writeAnswer(found.status, found.lines, Buffer.from(found.body, "base64"), interceptorDetails.answer)
      : undefined;
  const change = changeOf(found, method);
  return change && writeChange(part, change);
}

/** The body that a function is given once a part is there: none, that of the part, or one that comes later. */
function givenBody(part: Exclude<MessagePart, { kind: "trailers" }>, areGiven: boolean): Uint8Array | "later" | undefined {
  if (part.kind === "body") return part.bytes;
  if (!areGiven) return undefined;
  return part.isLast ? new Uint8Array() : "later";
}

/** Whether a message is a client's, a backend's or a mock's, and no refusal of the gateway's own; nor one that goes on as another protocol, or has a status that is none. */
function isSomebodys({ of, attributes, lines }: Head): boolean {
  if (of === "request") return true;
  const fields = fieldsOf(lines);
  const status = Number(fields[":status"]);
  return (
    fields[ownAnswerHeader] === undefined &&
    status >= 200 &&
    status <= 599 &&
    ["via_upstream", "direct_response"].includes(attributes["response.code_details"] ?? "")
  );
}

const codingOf = ({ lines }: Head): string => (fieldsOf(lines)["content-encoding"] ?? "").trim().toLowerCase();
const isCoded = (head: Head): boolean => !["", "identity"].includes(codingOf(head));

/** A message with its body as functions read it. One in a coding that is not known, or that it is not in, stays as it is. */
async function plainly(
  head: Head,
  body: Uint8Array,
  most: number,
): Promise<{ readonly head: Head; readonly bytes: Uint8Array } | "too large"> {
  if (!isCoded(head) || body.length === 0) return { head, bytes: body };
  const bytes = await withoutCoding(codingOf(head), body, most);
  if (bytes === "too large") return bytes;
  if (bytes === undefined) return { head, bytes: body };
  return { head: { ...head, lines: head.lines.filter(([name]) => name !== "content-encoding") }, bytes };
}

/** As Envoy refuses what is larger than it collects. */
const tooLarge = ({ of }: Head): Buffer =>
  of === "request" ? writeInstead(413, "request_payload_too_large") : writeInstead(502, "response_payload_too_large");

function failureLine(called: Called, head: Head, asked: AskedRequest | undefined, why: string): string {
  const { api, operation } = called;
  const { path = "", name = "" } = called[head.of] ?? {};
  const requestId = asked?.requestId ?? askedRequest(head).requestId;
  return JSON.stringify({ api, operation, requestId, of: head.of, function: `${path}#${name}`, why });
}
