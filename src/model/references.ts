import type { ApiModel } from "./api.ts";
import { backendReferences } from "./backend.ts";
import { type ValueReference, type Verifier, valueName, valueReferences } from "./security.ts";

/** All that an environment keeps for some APIs beside addresses: what credentials are checked with, and what backends are shown and believed. Each object once. */
export function modelReferences(models: readonly ApiModel[]): readonly ValueReference[] {
  const all = models.flatMap(({ verifiers, backends }) => [...valueReferences(verifiers), ...backends.flatMap(backendReferences)]);
  return [...new Map(all.map((one) => [valueName(one), one] as const)).values()];
}

/** The verifiers of some APIs, each Security's once: it is the same for all of them. */
export function verifiersOf(models: readonly ApiModel[]): readonly Verifier[] {
  const found = new Map<string, Verifier>();
  for (const verifier of models.flatMap(({ verifiers }) => verifiers))
    if (!found.has(verifier.security)) found.set(verifier.security, verifier);
  return [...found.values()];
}
