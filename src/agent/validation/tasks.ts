import { z } from "zod";
import type { Verdict } from "./violation.ts";

// What a thread that validates is asked, and answers.

const request = z.object({
  api: z.string(),
  operation: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array).optional(),
});

const response = z.object({
  api: z.string(),
  operation: z.string(),
  /** Of the request that it answers. */
  method: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** The answer of an operation of an API. */
export type ValidationResponse = z.infer<typeof response>;

/** A request to an operation of an API. */
export type ValidationRequest = z.infer<typeof request>;

const files = z.array(z.object({ api: z.string(), file: z.string() }));

export const task = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("load"), now: files, before: files }),
  z.object({ kind: z.literal("request"), request }),
  z.object({ kind: z.literal("response"), response }),
]);
export type Task = z.infer<typeof task>;

const violation = z.object({
  in: z.enum(["path", "query", "header", "cookie", "body", "status"]),
  name: z.string().optional(),
  pointer: z.string(),
  detail: z.string(),
  rule: z.string(),
});

const verdict = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("right") }),
  z.object({ kind: z.literal("wrong"), status: z.union([z.literal(400), z.literal(415)]), violations: z.array(violation).readonly() }),
]) satisfies z.ZodType<Verdict>;

/** That it is done, with what was found where that was asked for; or that it failed. */
export const answer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("done"), verdict: verdict.optional() }),
  z.object({ kind: z.literal("failed") }),
]);
export type TaskAnswer = z.infer<typeof answer>;
