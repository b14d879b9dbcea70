import { z } from "zod";

// What a process that runs functions is asked, and answers: JSON, for what it writes is read by somebody who trusts it with nothing.

const lines = z.array(z.tuple([z.string(), z.string()])).readonly();

/** What a function is called with. Bodies are in base64; null where it is given none. */
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
  readonly body: string | null;
  readonly context: Readonly<Record<string, unknown>>;
}

/** What became of it. */
export const outcome = z.discriminatedUnion("kind", [
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
]);
export type Outcome = z.infer<typeof outcome>;
