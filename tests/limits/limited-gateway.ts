import type { Answer } from "../../testing/raw-request.ts";
import type { Scope } from "../../testing/scope.ts";
import { protectedGateway } from "../security/protected-gateway.ts";

/** A RateLimiting. What is not said otherwise is a limit of an operation by the hour: no bucket fills up while a test runs. */
export const rateLimiting = (name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "RateLimiting",
  metadata: { name },
  spec: { type: "operation", unit: "hour", scope: "local", ...spec },
});

/** The path item of an operation with GET alone, under limits. */
export const limited = (rateLimit: unknown, more: object = {}): object => ({
  get: { security: [], responses: { 200: { description: "ok" } }, "x-portico": { rateLimit }, ...more },
});

/** The same gateway as for credentials. */
export const limitedGateway = (
  scope: Scope,
  paths: object,
  resources: readonly object[],
  surroundings: Parameters<typeof protectedGateway>[3] = {},
  more: object = {},
): ReturnType<typeof protectedGateway> => protectedGateway(scope, { paths, ...more }, resources, surroundings);

/** The statuses of so many requests, one after the other. */
export async function statuses(count: number, ask: () => Promise<Answer>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let asked = 0; asked < count; asked++) found.push((await ask()).status);
  return found;
}
