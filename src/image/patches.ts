import { z } from "zod";
import type { Patch } from "../model/patch.ts";
import { wholeFile } from "../problem.ts";

const written = {
  changes: z.array(
    z
      .object({ op: z.enum(["add", "remove", "replace"]), path: z.string(), value: z.unknown().optional() })
      .transform((one) => ({ ...one, value: one.value })),
  ),
};

/** Patches as projects and manifests have them. */
export const patches: z.ZodType<readonly Patch[]> = z
  .array(
    z.discriminatedUnion("of", [
      z.object({ of: z.literal("listener"), ...written }),
      z
        .object({ of: z.literal("routes"), operation: z.string().optional(), ...written })
        .transform((one) => ({ ...one, operation: one.operation })),
      z
        .object({ of: z.literal("clusters"), backend: z.string().optional(), ...written })
        .transform((one) => ({ ...one, backend: one.backend })),
    ]),
  )
  .transform((all) => all.map((patch) => ({ ...patch, where: wholeFile("image") })));
