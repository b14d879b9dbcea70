import type { TakenOfKind } from "../openapi/document.ts";
import { error, type Problem } from "../problem.ts";
import type { ResolvedApi } from "../resolve/gateway.ts";
import type { AlternativeOfKind } from "../resolve/protection.ts";
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
  const strangerIn = (alternative: AlternativeOfKind): string | undefined => {
    const isBeside = !isGone && alternative.some(({ security }) => served.includes(security));
    const isStrange = (taken: TakenOfKind | undefined): boolean => taken === "instead" || (taken === "besides" && !isBeside);
    return alternative.find(({ security, taken }) => isStrange(taken) && !served.includes(security))?.security;
  };
  for (const { document, ofKinds } of apis) {
    const [stranger] = ofKinds.flatMap((one) => strangerIn(one) ?? []);
    if (stranger === undefined) continue;
    const before = served.map((name) => `\`${name}\``).join(", ");
    const message = `Credentials were checked by ${before} so far. \`${stranger}\` is of a kind that the document takes without a name, which does not let it take part. Name who is to check them: \`x-portico: {security: [{${stranger}: []}]}\` in the document, or \`security\` in the API.`;
    return error("BadSecurity", placeOf(document.root), message);
  }
  return undefined;
}
