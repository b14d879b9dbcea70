import type { Alternative } from "../model/security.ts";
import { error, type Problem } from "../problem.ts";
import type { ResolvedApi } from "../resolve/gateway.ts";
import { placeOf } from "../text/node.ts";

/**
 * What is wrong where something is to be checked by a Security that nobody named, and that did not check what serves: it may be somebody else's, and the one that was meant may be gone for
 * having been revoked. It is no matter where nothing was checked so far, or where a certificate is asked for besides: unless one of
 * those that served is wanted no more and is not there as it was (`isThere`), for that may be the one that was meant.
 */
export function newOfKind(
  apis: readonly ResolvedApi[],
  served: readonly string[],
  isThere: (name: string) => boolean,
): Problem | undefined {
  if (served.length === 0) return undefined;
  const wanted = new Set(apis.flatMap(({ model }) => model.securities.map(({ name }) => name)));
  const isGone = served.some((name) => !wanted.has(name) && !isThere(name));
  for (const { model, document, ofKinds } of apis) {
    const fresh = ofKinds.filter(({ name }) => !served.includes(name));
    const strangerIn = (alternative: Alternative): string | undefined => {
      const names = alternative.map(({ security }) => security);
      const isBeside = !isGone && names.some((name) => served.includes(name));
      return fresh.find(({ name, taken }) => names.includes(name) && (taken === "instead" || !isBeside))?.name;
    };
    const alternatives = model.operations.flatMap(({ access }) => (access.kind === "protected" ? access.alternatives : []));
    const [stranger] = alternatives.flatMap((one) => strangerIn(one) ?? []);
    if (stranger === undefined) continue;
    const before = served.map((name) => `\`${name}\``).join(", ");
    const message = `Credentials were checked by ${before} so far. \`${stranger}\` is of a kind that the document takes without a name, which does not let it take part. Name who is to check them: \`x-portico: {security: [{${stranger}: []}]}\` in the document, or \`security\` in the API.`;
    return error("BadSecurity", placeOf(document.root), message);
  }
  return undefined;
}
