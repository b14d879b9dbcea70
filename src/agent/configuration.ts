import { z } from "zod";
import type { AgentConfiguration } from "../model/agent.ts";

const location = z.discriminatedUnion("in", [
  z.strictObject({ in: z.literal("header"), name: z.string(), prefix: z.string() }),
  z.strictObject({ in: z.literal("query"), name: z.string() }),
  z.strictObject({ in: z.literal("cookie"), name: z.string() }),
]);

const tls = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("authorities"), pem: z.string() }),
  z.strictObject({ kind: z.literal("file"), path: z.string() }),
  z.strictObject({ kind: z.literal("anybody") }),
]);

const check = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("basic"), users: z.string() }),
  z.strictObject({
    kind: z.literal("introspection"),
    url: z.url(),
    client: z.strictObject({ id: z.string(), secret: z.string() }),
    audiences: z.array(z.string()),
    timeoutMs: z.number().positive(),
    cacheMs: z.number().min(0),
    tls,
  }),
  z.strictObject({
    kind: z.literal("authorizer"),
    url: z.url(),
    protocol: z.enum(["http", "grpc"]),
    timeoutMs: z.number().positive(),
    headers: z.array(z.string()),
    tls,
  }),
]);

/** The file that the agent watches. */
export const agentConfiguration = z.strictObject({
  version_info: z.string(),
  securities: z.array(z.strictObject({ security: z.string(), locations: z.array(location), blockedClients: z.array(z.string()), check })),
  validation: z
    .strictObject({
      apis: z.array(z.strictObject({ api: z.string(), file: z.string(), hash: z.string() })),
      errors: z.enum(["problem", "wso2"]),
    })
    .optional(),
  interceptors: z.array(z.strictObject({ folder: z.string(), mayConnect: z.boolean() })).optional(),
}) satisfies z.ZodType<AgentConfiguration>;
