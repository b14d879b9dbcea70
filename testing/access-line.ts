import { z } from "zod";
import { until } from "./until.ts";

const nullable = z.string().nullable();

/** A line of the access log: these fields, and no other. */
const line = z.strictObject({
  time: z.iso.datetime(),
  api: nullable,
  operation: nullable,
  route: nullable,
  method: nullable,
  path: nullable,
  protocol: nullable,
  status: z.int(),
  details: nullable,
  refusal: nullable,
  violations: z.int().nullable(),
  flags: nullable,
  durationMs: z.int().nullable(),
  backendMs: z.int().nullable(),
  bytesIn: z.int(),
  bytesOut: z.int(),
  requestId: nullable,
  client: nullable,
});

export type AccessLine = z.infer<typeof line>;

export const readAccessLine = (text: string): AccessLine => line.parse(JSON.parse(text));

/** Waits until the access log has the line of a request, by its id. */
export function accessLine({ stdout }: { readonly stdout: readonly string[] }, requestId: string | undefined): Promise<AccessLine> {
  return until(`the access log names the request ${requestId}`, () =>
    stdout.map(readAccessLine).find((entry) => entry.requestId === requestId),
  );
}
