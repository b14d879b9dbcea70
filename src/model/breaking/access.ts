import type { NeededCredential, OperationContract } from "../contract.ts";
import type { Broken } from "./breaking.ts";

/** Whoever showed what was enough is still let in; else what is needed beyond it. */
export function brokenAccess({ alternatives: before }: OperationContract, { alternatives: after }: OperationContract): readonly Broken[] {
  if (after.length === 0) return [];
  if (before.length === 0) {
    if (after.some((all) => all.length === 0)) return [];
    return [{ kind: "security", message: `Everybody could call it, and now a credential is needed: ${inWords(after)}.` }];
  }
  return before.flatMap((shown): readonly Broken[] => {
    if (after.some((needed) => isEnough(shown, needed))) return [];
    const what = shown.length === 0 ? "Without a credential nobody" : `Nobody with ${allOf(shown)}`;
    return [{ kind: "security", message: `${what} is let in any longer: now it takes ${inWords(after)}.` }];
  });
}

const isEnough = (shown: readonly NeededCredential[], needed: readonly NeededCredential[]): boolean =>
  needed.every(({ scheme, scopes }) => {
    const has = shown.filter((one) => one.scheme === scheme).flatMap((one) => one.scopes);
    return shown.some((one) => one.scheme === scheme) && scopes.every((scope) => has.includes(scope));
  });

const inWords = (alternatives: readonly (readonly NeededCredential[])[]): string => alternatives.map(allOf).join(", or ");

const allOf = (all: readonly NeededCredential[]): string =>
  all.map(({ scheme, scopes }) => (scopes.length === 0 ? `\`${scheme}\`` : `\`${scheme}\` (${scopes.join(", ")})`)).join(" and ");
