import { networkOf } from "../../model/addresses.ts";
import { addressMetadata } from "../../model/agent.ts";
import { invalidResponseDetails, ownAnswerHeader } from "../../model/gateway-error.ts";
import type { PartStream } from "../part-stream.ts";
import { fieldsOf, type Head as MessageHead, type MessagePart, writeContinue, writeInstead } from "../processing-messages.ts";
import { logLine } from "./answer.ts";
import type { Held } from "./held.ts";
import type { MessageValidation } from "./message-validation.ts";
import type { Verdict } from "./violation.ts";

/** Which answers come on a stream, as its route says. */
export interface AskedAnswers {
  readonly api: string;
  readonly operation: string;
  /** The client's. */
  readonly address: string;
  readonly largestBytes: number;
  /** Whether one that is wrong is refused; else nobody waits for an answer. */
  readonly isEnforced: boolean;
}

/** What the route of an answer says of it. */
export const askedAnswers = (said: (name: string) => string): AskedAnswers => ({
  api: said("portico-api"),
  operation: Buffer.from(said("portico-operation"), "base64url").toString(),
  address: said(addressMetadata),
  largestBytes: Number(said("portico-largest")),
  isEnforced: said("portico-strictness") === "enforce",
});

/** Whether no more of a body comes. */
const isEnd = (part: MessagePart): boolean => part.kind === "trailers" || part.isLast;

/** What is known of an answer before its body. */
interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the request. */
  readonly method: string;
  /** Whether a backend gave it, and not the gateway itself. */
  readonly isBackends: boolean;
}

function headOf({ lines, attributes }: MessageHead): Head {
  const { ":status": status, ...headers } = fieldsOf(lines);
  const isBackends = attributes["response.code_details"] === "via_upstream" && headers[ownAnswerHeader] === undefined;
  return { status: Number(status), headers, method: attributes["request.method"] ?? "", isBackends };
}

const wrongStatus = 502;

/** Holds one answer against its document, once all of it is there, or as much as may be held. */
export function answerStream(asked: AskedAnswers, validation: MessageValidation, held: Held, say: (line: string) => void): PartStream {
  const { api, operation, address, largestBytes, isEnforced } = asked;
  const client = networkOf(address);
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isWhole = true;
  let head: Head | undefined;

  const letGo = (): void => {
    held.give(length, client);
    length = 0;
    chunks.length = 0;
  };
  const keep = (bytes: Uint8Array): void => {
    isWhole &&= length + bytes.length <= largestBytes && held.take(bytes.length, client);
    if (isWhole) {
      length += bytes.length;
      chunks.push(bytes);
    } else letGo();
  };
  const verdictOf = async ({ method, status, headers }: Head): Promise<Verdict | undefined> => {
    if (!isWhole) return isEnforced ? undefined : { kind: "right" };
    const body = Buffer.concat(chunks);
    letGo();
    return validation.ofResponse({ api, operation, method, status, headers, body }, address);
  };
  const judged = async (part: MessagePart, answer: Head): Promise<Buffer | undefined> => {
    const verdict = await verdictOf(answer);
    if (verdict?.kind === "wrong")
      say(logLine({ api, operation, requestId: answer.headers["x-request-id"] ?? "", of: "response" }, verdict.violations));
    if (!isEnforced) return undefined;
    if (verdict === undefined) throw new Error("The answer could not be held against its document.");
    return verdict.kind === "right" ? writeContinue(part) : writeInstead(wrongStatus, invalidResponseDetails);
  };
  return {
    async take(part) {
      if (part.kind === "headers") head = headOf(part);
      if (head?.isBackends !== true) return isEnforced ? writeContinue(part) : "over";
      if (part.kind === "body") keep(part.bytes);
      if (isEnd(part)) return judged(part, head);
      if (isEnforced) return writeContinue(part);
      return isWhole ? undefined : "over";
    },
    end: letGo,
  };
}
