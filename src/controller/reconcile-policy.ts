import { rateLimitingSpec } from "../api/rate-limiting.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { unserved } from "../resolve/gateway.ts";
import { globalLimitProblems } from "../resolve/limit.ts";
import { child, root } from "../text/node.ts";
import { objectFile } from "./compile-gateway.ts";
import { policyConditions } from "./conditions.ts";
import type { Outcome } from "./queue.ts";
import { usedLimit, usedSecurity } from "./used.ts";
import type { World } from "./world.ts";
import { type KeptIn, writeStatus } from "./write-status.ts";

/** Says of a RateLimiting or a Security whether it is done as it says. */
export async function reconcilePolicy(world: World, kind: "RateLimiting" | "Security", key: string): Promise<Outcome> {
  const kept = of(world, kind);
  const object = kept.collection.objects.get(key);
  if (object === undefined || object.metadata.deleted) return "done";
  const node = root(objectFile(object));
  const limit = rateLimitingSpec.safeParse(child(node, "spec").value);
  const problems = [
    ...unserved(kind, node, child(node, "spec").value),
    ...(kind === "RateLimiting" && limit.success ? globalLimitProblems(node, limit.data) : []),
  ];
  const { namespace, name } = object.metadata;
  const used = kind === "Security" ? usedSecurity(namespace, name) : usedLimit(namespace, name);
  const users = world.knowsUsers() ? { users: world.users.of(used).size } : {};
  return (await writeStatus(world, kept, object, users, policyConditions(problems))) ? "done" : "retry";
}

const of = ({ collections }: World, kind: "RateLimiting" | "Security"): KeptIn =>
  kind === "Security"
    ? { collection: collections.securities, resource: resources.securities }
    : { collection: collections.rateLimitings, resource: resources.rateLimitings };
