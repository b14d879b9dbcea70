import type { Access } from "../../model/api.ts";
import { type Security, securitiesIn } from "../../model/security.ts";
import { agentMetadata, keyClient, rbacMetadata, tokenMetadata } from "./credential-names.ts";
import type { Securities } from "./credential-rules.ts";
import type { Message } from "./json.ts";

type Protected = Extract<Access, { kind: "protected" }>;

/**
 * The headers that a credential of the API stood in, but where a Security that the operation demands says that its backend sees it: it is taken out once all have
 * looked. Cookies stay whole, and so does the query: what Envoy makes of it when it takes a parameter out is another query, whose escapes are undone.
 */
export function credentialHeaders({ alternatives }: Protected, securities: Securities): readonly string[] {
  const headers = ({ locations }: Security): readonly string[] => locations.flatMap((one) => (one.in === "header" ? [one.name] : []));
  const looked = securitiesIn(alternatives).flatMap((name) => securities.get(name) ?? []);
  const seen = new Set(looked.filter(({ forward }) => forward).flatMap(headers));
  return [...new Set([...securities.values()].flatMap(headers))].filter((name) => !seen.has(name));
}

/**
 * The headers in which the backend sees who calls. A token's claims only where no alternative does without it: else it may be one that was refused, beside
 * another credential that was not.
 */
export function identityHeaders({ alternatives }: Protected, securities: Securities): readonly Message[] {
  const names = [...new Set(alternatives.flat().map(({ security }) => security))];
  return names.flatMap((name) =>
    (securities.get(name)?.identity ?? [])
      .filter(
        ({ claim }) =>
          (claim === undefined && securities.get(name)?.certificate === undefined) ||
          alternatives.every((all) => all.some((one) => one.security === name)),
      )
      .map(({ header, claim }) => ({
        header: {
          key: header,
          value:
            claim === undefined
              ? clientName(securities.get(name), name)
              : `%DYNAMIC_METADATA(${tokenMetadata}:${[name, ...claim.split(".")].join(":")})%`,
        },
        append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
      })),
  );
}

/** The client whose key, password or certificate it is. A certificate's holder goes by the kind of name that was asked for, else by its subject. */
function clientName(security: Security | undefined, name: string): string {
  if (security?.asked !== undefined) return `%DYNAMIC_METADATA(${agentMetadata}:${name}:user)%`;
  if (security?.certificate === undefined) return `%DYNAMIC_METADATA(${rbacMetadata}:${keyClient(name)})%`;
  const [subject] = security.certificate.subjects;
  return subject === undefined ? "%DOWNSTREAM_PEER_SUBJECT%" : holderNames[subject.type];
}

const holderNames = {
  dns: "%DOWNSTREAM_PEER_DNS_SAN%",
  uri: "%DOWNSTREAM_PEER_URI_SAN%",
  email: "%DOWNSTREAM_PEER_EMAIL_SAN%",
  address: "%DOWNSTREAM_PEER_IP_SAN%",
} as const;
