import type { ApiModel } from "../model/api.ts";
import { verifiersOf } from "../model/references.ts";
import { error, type Place, type Problem } from "../problem.ts";

/** A gateway's file of tokens names each issuer of each mixture: this many are some ten megabytes of it. */
const most = 50_000;

/**
 * What is wrong where operations ask for tokens in so many mixtures of Securities, and these believe so many issuers, that the gateway's file would be larger than any memory: each Security
 * more doubles the mixtures that there may be.
 */
export function tooManyIssuers(models: readonly ApiModel[], where: Place): readonly Problem[] {
  const issuers = new Map(
    verifiersOf(models).flatMap(({ security, tokens }) => (tokens ? [[security, tokens.issuers.length] as const] : [])),
  );
  const sets = models.flatMap(({ credentialSets }) => credentialSets.map((set) => set.filter((name) => issuers.has(name))));
  const asking = sets.filter(({ length }) => length > 0);
  const mixtures = [...new Map(asking.map((set) => [set.join(), set] as const)).values()];
  const asked = mixtures.flat().reduce((sum, name) => sum + (issuers.get(name) ?? 0), 0);
  if (asked <= most) return [];
  const message = `Operations ask for tokens in ${mixtures.length} mixtures of Securities, which name ${asked} issuers in all: ${most} is the most that a gateway takes. Let operations ask for fewer mixtures, or Securities believe fewer issuers.`;
  return [error("BadSecurity", where, message)];
}
