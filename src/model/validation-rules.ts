import { z } from "zod";
import { type OperationValidation, type Reading, scalars, styles } from "./validation.ts";

// What operations are held against, as it is read again from where it was written.

const reading: z.ZodType<Reading> = z.lazy(() =>
  z.strictObject({
    types: z.array(z.enum(scalars)),
    items: reading.optional(),
    members: z.record(z.string(), reading).optional(),
    rest: reading.optional(),
  }),
);

const form = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("style"),
    style: z.enum(styles),
    explode: z.boolean(),
    reading,
    others: z.array(z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal("json") }),
]);

const field = z.strictObject({
  mediaTypes: z.array(z.string()).optional(),
  style: z.strictObject({ style: z.enum(styles), explode: z.boolean() }).optional(),
});

const content = z.strictObject({
  range: z.string(),
  schema: z.string().optional(),
  reading: reading.optional(),
  fields: z.record(z.string(), field),
});

const parameter = z.strictObject({
  in: z.enum(["path", "query", "header", "cookie"]),
  name: z.string(),
  isRequired: z.boolean(),
  mayBeEmpty: z.boolean().optional(),
  form,
  schema: z.string(),
});

/** The rules of an operation. */
export const operationRules = z.strictObject({
  operation: z.string(),
  path: z.array(z.array(z.union([z.string(), z.strictObject({ parameter: z.string() })]))),
  parameters: z.array(parameter),
  body: z.strictObject({ isRequired: z.boolean(), contents: z.array(content) }).optional(),
  responses: z.array(z.strictObject({ status: z.string(), headers: z.array(parameter), contents: z.array(content) })).optional(),
}) satisfies z.ZodType<OperationValidation>;
