import { interceptorAnswerDetails, interceptorFailedDetails } from "../../model/gateway-error.ts";
import { withoutCoding } from "../content-coding.ts";
import type { PartStream } from "../part-stream.ts";
import {
  fieldsOf,
  type Head,
  type HeaderLine,
  type MessageChange,
  type MessagePart,
  writeAnswer,
  writeChange,
  writeContinue,
  writeInstead,
} from "../processing-messages.ts";
import type { Held } from "../validation/held.ts";
import { type Called, type Caller, callerOf } from "./called.ts";
import type { FunctionTask, Outcome } from "./tasks.ts";

/** Calls a function in a file of a folder, in the given time. Undefined where it failed without a word: it took too long, or its process ended. */
export type CallFunction = (
  folder: string,
  path: string,
  task: Omit<FunctionTask, "file">,
  timeoutMs: number,
) => Promise<Outcome | undefined>;

const internalError = 500;

/** Shows a request and its response to the functions of an operation, each once all of it is there that they are given. What a function failed at is said in a line. */
export function interceptedStream(called: Called, call: CallFunction, held: Held, say: (line: string) => void): PartStream {
  const heads: { request?: Head; response?: Head } = {};
  let caller: Caller | undefined;

  const outcomeOf = async (head: Head, body: Uint8Array | undefined): Promise<Outcome> => {
    const bytes = body?.length ?? 0;
    if (!held.take(bytes)) return { kind: "failed", why: "More messages wait than the policy agent holds" };
    caller ??= callerOf(called, head);
    const task = taskOf(called, head, heads.request, body, caller);
    const found = await call(called.folder, called[head.of]?.path ?? "", task, called.timeoutMs).finally(() => held.give(bytes));
    return found ?? { kind: "failed", why: `It took longer than ${called.timeoutMs} ms, or its process ended` };
  };
  const answered = async (part: MessagePart, head: Head, body: Uint8Array | undefined): Promise<Buffer> => {
    const plain = body === undefined ? { head, bytes: undefined } : plainly(head, body);
    const found = await outcomeOf(plain.head, plain.bytes);
    if (found.kind === "answers")
      return writeAnswer(found.status, found.lines, Buffer.from(found.body, "base64"), interceptorAnswerDetails);
    if (found.kind === "goes-on") return writeChange(part, changeOf(found));
    say(failureLine(called, head, heads.request, found.why));
    return called.goesOnAfterFailure ? writeContinue(part) : writeInstead(internalError, interceptorFailedDetails);
  };
  return {
    async take(part) {
      if (part.kind === "headers") heads[part.of] = part;
      const head = heads[part.of];
      if (head === undefined || called[part.of] === undefined || !isSomebodys(head)) return writeContinue(part);
      const body = givenBody(part, called.largestBytes !== undefined);
      return body === "later" ? writeContinue(part) : answered(part, head, body);
    },
    end: () => {},
  };
}

/** The body that a function is given once a part is there: none, that of the part, or one that comes later. */
function givenBody(part: MessagePart, areGiven: boolean): Uint8Array | "later" | undefined {
  if (part.kind === "body") return part.bytes;
  if (!areGiven) return undefined;
  return part.isLast ? new Uint8Array() : "later";
}

/** Whether a message is a client's, a backend's or a mock's, and no refusal of the gateway's own. */
const isSomebodys = ({ of, attributes }: Head): boolean =>
  of === "request" || ["via_upstream", "direct_response"].includes(attributes["response.code_details"] ?? "");

function taskOf(
  { api, operation, ...called }: Called,
  head: Head,
  request: Head | undefined,
  body: Uint8Array | undefined,
  caller: Caller,
): Omit<FunctionTask, "file"> {
  const asked = fieldsOf(request?.lines ?? []);
  const method = asked[":method"] ?? head.attributes["request.method"] ?? "GET";
  const path = asked[":path"] ?? head.attributes["request.path"] ?? "/";
  return {
    of: head.of,
    name: called[head.of]?.name ?? "",
    url: `${asked[":scheme"] ?? "http"}://${asked[":authority"] ?? "gateway"}${path}`,
    method,
    status: Number(fieldsOf(head.lines)[":status"] ?? 0),
    lines: head.lines.filter(([name]) => !name.startsWith(":")),
    body: body === undefined ? null : Buffer.from(body).toString("base64"),
    context: { api, operation, requestId: requestIdOf(head, request), ...caller, request: { method, path } },
  };
}

const requestIdOf = (head: Head, request: Head | undefined): string =>
  fieldsOf(request?.lines ?? [])["x-request-id"] ?? fieldsOf(head.lines)["x-request-id"] ?? "";

const failureLine = (called: Called, head: Head, request: Head | undefined, why: string): string => {
  const { api, operation } = called;
  const { path = "", name = "" } = called[head.of] ?? {};
  return JSON.stringify({ api, operation, requestId: requestIdOf(head, request), of: head.of, function: `${path}#${name}`, why });
};

/** Statuses whose responses have no content, and say no length (RFC 9110, sections 8.6 and 15). */
const withoutContent: ReadonlySet<number | undefined> = new Set([204, 304]);

/** Of another body the length is said anew (envoy: ProcessingMode.BodySendMode), and its coding, where the function does not. */
function changeOf({ status, set, remove, body }: Extract<Outcome, { kind: "goes-on" }>): MessageChange {
  const line: readonly HeaderLine[] = status === undefined ? [] : [[":status", String(status)]];
  if (body === undefined) return { set: [...line, ...set], remove, body };
  const bytes = Buffer.from(body, "base64");
  const hasNone = withoutContent.has(status);
  const length: readonly HeaderLine[] = hasNone ? [] : [["content-length", String(bytes.length)]];
  const saysCoding = set.some(([name]) => name === "content-encoding");
  const gone = [...(hasNone ? ["content-length"] : []), ...(saysCoding ? [] : ["content-encoding"])];
  return { set: [...line, ...set, ...length], remove: [...remove, ...gone], body: bytes };
}

/** A message with its body as functions read it. One in a coding that is not known, or that it is not in, stays as it is. */
function plainly(head: Head, body: Uint8Array): { readonly head: Head; readonly bytes: Uint8Array } {
  const coding = (fieldsOf(head.lines)["content-encoding"] ?? "").trim().toLowerCase();
  const bytes = withoutCoding(coding, body);
  if (bytes === undefined) return { head, bytes: body };
  return { head: { ...head, lines: head.lines.filter(([name]) => name !== "content-encoding") }, bytes };
}
