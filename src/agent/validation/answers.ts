import { invalidResponseDetails } from "../../model/gateway-error.ts";
import { type AnswerPart, writeContinue, writeInstead } from "../processing-messages.ts";
import { logLine } from "./answer.ts";
import type { Held } from "./held.ts";
import type { MessageValidation } from "./message-validation.ts";
import type { Verdict } from "./violation.ts";

/** Which answers come on a stream, as its route says. */
export interface AskedAnswers {
  readonly api: string;
  readonly operation: string;
  readonly largestBytes: number;
  /** Whether one that is wrong is refused; else nobody waits for an answer. */
  readonly isEnforced: boolean;
}

/** What is done with the parts of one answer. */
export interface AnswerStream {
  /** What is written back; undefined for nothing, and `over` where no more of it need come. Rejects where nobody can tell, and the answer is to be refused for that. */
  take(part: AnswerPart): Promise<Buffer | "over" | undefined>;
  /** No part comes any more. */
  end(): void;
}

type Head = Extract<AnswerPart, { kind: "headers" }>;

const wrongStatus = 502;

/** Holds one answer against its document, once all of it is there, or as much as may be held. */
export function answerStream(asked: AskedAnswers, validation: MessageValidation, held: Held, say: (line: string) => void): AnswerStream {
  const { api, operation, largestBytes, isEnforced } = asked;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isWhole = true;
  let head: Head | undefined;

  const letGo = (): void => {
    held.give(length);
    length = 0;
    chunks.length = 0;
  };
  const keep = (bytes: Uint8Array): void => {
    isWhole &&= length + bytes.length <= largestBytes && held.take(bytes.length);
    if (isWhole) {
      length += bytes.length;
      chunks.push(bytes);
    } else letGo();
  };
  const verdictOf = async ({ method, status, headers }: Head): Promise<Verdict | undefined> => {
    if (!isWhole) return isEnforced ? undefined : { kind: "right" };
    const body = Buffer.concat(chunks);
    letGo();
    return validation.ofResponse({ api, operation, method, status, headers, body });
  };
  const judged = async (kind: AnswerPart["kind"], answer: Head): Promise<Buffer | undefined> => {
    const verdict = await verdictOf(answer);
    if (verdict?.kind === "wrong")
      say(logLine({ api, operation, requestId: answer.headers["x-request-id"] ?? "", of: "response" }, verdict.violations));
    if (!isEnforced) return undefined;
    if (verdict === undefined) throw new Error("The answer could not be held against its document.");
    return verdict.kind === "right" ? writeContinue(kind) : writeInstead(wrongStatus, invalidResponseDetails);
  };
  return {
    async take(part) {
      if (part.kind === "headers") head = part;
      if (head?.isBackends !== true) return isEnforced ? writeContinue(part.kind) : "over";
      if (part.kind === "body") keep(part.bytes);
      if (part.isLast) return judged(part.kind, head);
      if (isEnforced) return writeContinue(part.kind);
      return isWhole ? undefined : "over";
    },
    end: letGo,
  };
}
