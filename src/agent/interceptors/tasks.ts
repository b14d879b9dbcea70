import { z } from "zod";

// What a process that runs functions is asked, and answers: a line of JSON each, for what it writes is read by somebody who trusts it with nothing.

const lines = z.array(z.tuple([z.string(), z.string()])).readonly();

/** What a function is called with. */
export interface FunctionTask {
  readonly of: "request" | "response";
  /** The file, and what it gives the function away as. */
  readonly file: string;
  readonly name: string;
  readonly url: string;
  readonly method: string;
  /** Of a response. */
  readonly status: number;
  readonly lines: readonly (readonly [name: string, value: string])[];
  /** Undefined where it is given none. */
  readonly body: Uint8Array | undefined;
  readonly context: Readonly<Record<string, unknown>>;
}

/** The same as it is written, known by an id; the body in base64, or null. */
export interface WrittenTask extends Omit<FunctionTask, "body"> {
  readonly id: string;
  readonly body: string | null;
}

/** What became of a function. */
const outcome = z.discriminatedUnion("kind", [
  /** The message goes on, with these fields in place of those before, and without others; and with another body, where there is one. */
  z.strictObject({
    kind: z.literal("goes-on"),
    status: z.int().min(200).max(599).optional(),
    set: lines,
    remove: z.array(z.string()).readonly(),
    body: z.base64().optional(),
  }),
  /** The function answers itself. */
  z.strictObject({ kind: z.literal("answers"), status: z.int().min(200).max(599), lines, body: z.base64() }),
  z.strictObject({ kind: z.literal("failed"), why: z.string() }),
  /** No function can be called with such a message. */
  z.strictObject({ kind: z.literal("unfit"), why: z.string() }),
]);
export type Outcome = z.infer<typeof outcome>;

/** What a process writes: that it is there, or what became of a task, and whether it had better do no other. */
export const written = z.union([
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ id: z.string(), outcome, isSpent: z.boolean() }),
]);
