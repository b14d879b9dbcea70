import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "../text/node.ts";
import type { Saying } from "./conditions.ts";

/** A status, with each condition's time kept where its status did not change (Kubernetes: metav1.Condition, lastTransitionTime). */
export function statusWith(before: unknown, fields: JsonObject, sayings: readonly Saying[], generation: number, now: string): JsonObject {
  const conditions = sayings.map((saying) => {
    const old = conditionOf(before, saying.type);
    const lastTransitionTime = old?.status === saying.status && typeof old.lastTransitionTime === "string" ? old.lastTransitionTime : now;
    return { ...saying, observedGeneration: generation, lastTransitionTime };
  });
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { ...said, observedGeneration: generation, conditions };
}

/** Whether a status says what is there already: then it is not written. */
export const sameStatus = (before: unknown, after: JsonObject): boolean => isDeepStrictEqual(before, after);

/** A condition of a status that was read. */
export function conditionOf(status: unknown, type: string): JsonObject | undefined {
  const conditions = isObject(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions.filter(isObject).find((one) => one.type === type);
}
