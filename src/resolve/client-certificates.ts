import type { ApiModel } from "../model/api.ts";
import { type Verifier, valueName } from "../model/security.ts";
import { error, type Problem } from "../problem.ts";

const withTrust = (models: readonly ApiModel[]): readonly Verifier[] =>
  models.flatMap(({ verifiers }) => verifiers.filter(({ trust }) => trust !== undefined));

/**
 * A connection is made before anybody knows which operation it is for, so all of a gateway's client certificates are checked against the same authorities:
 * Securities that trust different ones would let in each other's clients.
 */
export function differentTrust(models: readonly ApiModel[]): readonly Problem[] {
  const [first, ...others] = withTrust(models);
  const name = ({ trust }: Verifier): string => (trust === undefined ? "" : `${valueName(trust)} ${trust.key ?? ""}`);
  const differing = others.filter((one) => first !== undefined && name(one) !== name(first));
  return [...new Map(differing.map((one) => [one.security, one] as const)).values()].map(({ security, where }) =>
    error(
      "BadSecurity",
      where,
      `\`${security}\` trusts other authorities than \`${first?.security}\`, and one gateway has one set of them. Name the same entry of the same Secret in both, and tell their clients apart by \`subjects\`.`,
    ),
  );
}

/** Only over TLS does a client show a certificate. `advice` says how this gateway gets it. */
export const trustWithoutTls = (models: readonly ApiModel[], advice: string): readonly Problem[] =>
  withTrust(models)
    .slice(0, 1)
    .map(({ where }) => error("BadSecurity", where, `A client shows its certificate in TLS, which this gateway does not serve. ${advice}`));
