import { type Backend, type Respond, startBackend } from "../../testing/backend.ts";
import type { Answer } from "../../testing/raw-request.ts";
import type { Scope } from "../../testing/scope.ts";
import { protectedGateway } from "../security/protected-gateway.ts";

/** A TargetEndpoint. */
export const targetEndpoint = (name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "TargetEndpoint",
  metadata: { name },
  spec,
});

/** The path item of an operation whose requests go to a TargetEndpoint, by GET and POST. */
export const sentTo = (backend: string, more: object = {}): object => {
  const operation = { security: [], responses: { 200: { description: "ok" } }, "x-portico": { backend, ...more } };
  return { get: operation, post: operation };
};

/** A gateway before TargetEndpoints, each under the path of its name. */
export const gatewayTo = (
  scope: Scope,
  endpoints: Readonly<Record<string, object>>,
  paths: object = {},
  surroundings: Parameters<typeof protectedGateway>[3] = {},
): ReturnType<typeof protectedGateway> =>
  protectedGateway(
    scope,
    { paths: { ...Object.fromEntries(Object.keys(endpoints).map((name) => [`/${name}`, sentTo(name)])), ...paths } },
    Object.entries(endpoints).map(([name, spec]) => targetEndpoint(name, spec)),
    surroundings,
  );

/** Backends that answer with their number: where requests went. */
export const numbered = (scope: Scope, count: number): Promise<readonly Backend[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => startBackend(scope, answering(String(index)))));

const answering =
  (body: string): Respond =>
  (_, response) => {
    response.end(body);
  };

/** How often each answer came, of so many requests one after the other. */
export async function tally(count: number, ask: () => Promise<Answer>): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (let asked = 0; asked < count; asked++) {
    const { status, body } = await ask();
    const key = status === 200 ? body : String(status);
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
}
