import type { Security, Verifier } from "../model/security.ts";
import { error, type Problem } from "../problem.ts";

/**
 * What is wrong with headers in which it is told who calls: two are written into one, and a client could write what an authoriser is sent, for it is asked before the gateway
 * writes them.
 */
export function identityProblems(securities: readonly Security[], verifiers: readonly Verifier[]): readonly Problem[] {
  const written = new Map<string, string>();
  const twice: Problem[] = [];
  for (const { name, identity } of securities)
    for (const { header } of identity) {
      const where = verifiers.find(({ security }) => security === name)?.where;
      if (where !== undefined && written.get(header) === name)
        twice.push(
          error("WrongValue", where, `The header \`${header}\` is written twice: backends would see one of both. Choose another one.`),
        );
      written.set(header, name);
    }
  const forgeable = verifiers.flatMap(({ security, agent, where }) => {
    if (agent?.kind !== "authorizer") return [];
    const sent = agent.headers.filter((header) => written.has(header));
    return sent.map((header) => {
      const message = `The authoriser \`${security}\` is sent \`${header}\`, in which the Security \`${written.get(header)}\` tells backends who calls: it is asked before that, and would see what a client writes there. Take it out of \`sendHeaders\`.`;
      return error("BadSecurity", where, message);
    });
  });
  return [...twice, ...forgeable];
}
