import type { Access } from "../../model/api.ts";
import { type Security, securitiesIn } from "../../model/security.ts";
import { holderCommand, holderOf, isAttribute } from "./certificate-holder.ts";
import { agentMetadata, keyClient, keyResult, rbacMetadata, tokenMetadata } from "./credential-names.ts";
import type { Securities } from "./credential-rules.ts";
import { type Message, overwriteWith } from "./json.ts";

type Protected = Extract<Access, { kind: "protected" }>;

/**
 * The headers in which the backend sees who calls. A token's claims only where no alternative does without it: else it may be one that was refused, beside
 * another credential that was not.
 */
export function identityHeaders({ alternatives }: Protected, securities: Securities): readonly Message[] {
  return securitiesIn(alternatives).flatMap((name) => {
    const security = securities.get(name);
    const isNeeded = alternatives.every((all) => all.some((one) => one.security === name));
    return (security?.identity ?? []).flatMap(({ header, claim }) => {
      const value = claim === undefined ? clientName(security, name, isNeeded) : isNeeded ? claimText(name, claim) : undefined;
      return value === undefined ? [] : [overwriteWith(header, value)];
    });
  });
}

const claimText = (security: string, claim: string): string =>
  `%DYNAMIC_METADATA(${tokenMetadata}:${[security, ...claim.split(".")].join(":")})%`;

/** The client whose key, password or certificate it is. */
function clientName(security: Security | undefined, name: string, isNeeded: boolean): string | undefined {
  if (security?.asked !== undefined) return `%DYNAMIC_METADATA(${agentMetadata}:${name}:user)%`;
  if (security?.certificate === undefined) return `%DYNAMIC_METADATA(${rbacMetadata}:${keyClient(name)})%`;
  const { certificate } = security;
  const command = holderCommand(certificate);
  if (isNeeded && !certificate.isOptional && command !== undefined) return `%${command}%`;
  if (command !== undefined && !isAttribute(certificate)) return undefined;
  const isKnown = `metadata.filter_metadata["${rbacMetadata}"]["${keyResult(name)}"] == "allowed"`;
  return `%CEL(${isKnown} ? ${holderOf(certificate)} : "")%`;
}
