import type { ApiModel } from "./api.ts";
import { backendReferences } from "./backend.ts";
import { type ValueReference, valueName, valueReferences } from "./security.ts";

/** All that an environment keeps for some APIs beside addresses: what credentials are checked with, and what backends are shown and believed. Each object once. */
export function modelReferences(models: readonly ApiModel[]): readonly ValueReference[] {
  const all = models.flatMap(({ verifiers, backends }) => [...valueReferences(verifiers), ...backends.flatMap(backendReferences)]);
  return [...new Map(all.map((one) => [valueName(one), one] as const)).values()];
}
