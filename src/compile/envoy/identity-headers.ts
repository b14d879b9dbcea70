import type { Access } from "../../model/api.ts";
import { type Security, type SubjectName, securitiesIn } from "../../model/security.ts";
import { agentMetadata, keyClient, keyResult, rbacMetadata, tokenMetadata } from "./credential-names.ts";
import type { Securities } from "./credential-rules.ts";
import type { Message } from "./json.ts";

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
      return value === undefined ? [] : [{ header: { key: header, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" }];
    });
  });
}

const claimText = (security: string, claim: string): string =>
  `%DYNAMIC_METADATA(${tokenMetadata}:${[security, ...claim.split(".")].join(":")})%`;

/** The client whose key, password or certificate it is. */
function clientName(security: Security | undefined, name: string, isNeeded: boolean): string | undefined {
  if (security?.asked !== undefined) return `%DYNAMIC_METADATA(${agentMetadata}:${name}:user)%`;
  if (security?.certificate === undefined) return `%DYNAMIC_METADATA(${rbacMetadata}:${keyClient(name)})%`;
  const [subject] = security.certificate.subjects;
  const holder = holderNames[subject?.type ?? "subject"];
  if (isNeeded && !security.certificate.isOptional) return `%${holder.command}%`;
  if (holder.attribute === undefined) return undefined;
  const isKnown = `metadata.filter_metadata["${rbacMetadata}"]["${keyResult(name)}"] == "allowed"`;
  return `%CEL(${isKnown} ? ${holder.attribute} : "")%`;
}

/**
 * A certificate's holder, by the kind of name that was asked for, else by its subject: as Envoy's command has it, and as an attribute, which can depend on whether the
 * certificate was accepted (envoy: "Access logging", "Attributes").
 */
const holderNames: Readonly<Record<SubjectName["type"] | "subject", { readonly command: string; readonly attribute?: string }>> = {
  subject: { command: "DOWNSTREAM_PEER_SUBJECT", attribute: "connection.subject_peer_certificate" },
  dns: { command: "DOWNSTREAM_PEER_DNS_SAN", attribute: "connection.dns_san_peer_certificate" },
  uri: { command: "DOWNSTREAM_PEER_URI_SAN", attribute: "connection.uri_san_peer_certificate" },
  email: { command: "DOWNSTREAM_PEER_EMAIL_SAN" },
  address: { command: "DOWNSTREAM_PEER_IP_SAN" },
};
