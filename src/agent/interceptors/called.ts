import { z } from "zod";
import { networkOf } from "../../model/addresses.ts";
import { addressMetadata } from "../../model/agent.ts";
import { clientClaims } from "../../model/client-claims.ts";
import type { Head } from "../processing-messages.ts";

const functionName = z.object({ path: z.string(), name: z.string() });
const from = z.enum(["token", "key", "user"]);

const called = z.object({
  api: z.string(),
  operation: z.string(),
  /** Where its functions are, in the gateway's folder. */
  folder: z.string(),
  request: functionName.optional(),
  response: functionName.optional(),
  /** Left out where functions are given no body. */
  largestBytes: z.number().optional(),
  timeoutMs: z.number(),
  goesOnAfterFailure: z.boolean(),
  /** The Securities without which nobody calls, and what tells whose their credentials are. */
  callers: z.array(z.object({ security: z.string(), from })),
});

/** Which functions see the messages of an operation, as its route says it. */
export interface Called extends z.infer<typeof called> {
  /** Whom the client's address belongs to. */
  readonly client: string;
}

/** Whether a route's words are about functions. */
export const isCalled = (said: (name: string) => string): boolean => said("portico-interceptors") !== "";

export const calledBy = (said: (name: string) => string): Called => ({
  ...called.parse(JSON.parse(Buffer.from(said("portico-interceptors"), "base64url").toString())),
  client: networkOf(said(addressMetadata)),
});

/** Who calls, as far as it is known for sure. */
export interface Caller {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly client: string | undefined;
}

const object = z.record(z.string(), z.unknown());

/** Who calls by what filters found (envoy: core.v3.Metadata): the claims of the first token, and the first name of a client. */
export function callerOf({ callers }: Called, { metadata }: Head): Caller {
  const found = callers.map(({ security, from: kind }) => {
    const left = (filter: string, key = security): Readonly<Record<string, unknown>> =>
      object.safeParse(object.safeParse(metadata[`envoy.filters.http.${filter}`]).data?.[key]).data ?? {};
    if (kind === "key") {
      const policy = object.safeParse(metadata["envoy.filters.http.rbac"]).data?.[`${security}.shadow_effective_policy_id`];
      return { claims: {}, client: textOf(policy) };
    }
    if (kind === "user") return { claims: {}, client: textOf(left("ext_authz").user) };
    const claims = { ...left("ext_authz"), ...left("jwt_authn") };
    return { claims, client: clientClaims.map((name) => textOf(claims[name])).find((name) => name !== undefined) };
  });
  return {
    claims: found.find(({ claims }) => Object.keys(claims).length > 0)?.claims ?? {},
    client: found.find(({ client }) => client !== undefined)?.client,
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
