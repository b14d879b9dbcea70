import type { CertificateRules, SubjectName } from "../../model/security.ts";

type NameType = SubjectName["type"];

/** Kinds of names that are attributes of a request, in CEL, where the certificate has one (envoy: "Attributes"). */
const attributes: Partial<Readonly<Record<NameType, string>>> = {
  dns: "dns_san_peer_certificate",
  uri: "uri_san_peer_certificate",
};

/** The kinds of names that are asked for, each once. */
const typesOf = ({ subjects }: CertificateRules): readonly NameType[] => [...new Set(subjects.map(({ type }) => type))];

/**
 * A certificate's holder, in CEL: its first name of a kind that is asked for, in the order of the asking, else its subject. It has a value for every certificate: a name that is not there would be
 * an error, and count nothing.
 */
export const holderOf = (rules: CertificateRules): string =>
  typesOf(rules)
    .flatMap((type) => attributes[type] ?? [])
    .reduceRight(
      (otherwise, name) => `(has(connection.${name}) ? connection.${name} : ${otherwise})`,
      "connection.subject_peer_certificate",
    );

/** Envoy's commands for the kinds of names (envoy: "Access logging"). */
const commands: Readonly<Record<NameType | "subject", string>> = {
  subject: "DOWNSTREAM_PEER_SUBJECT",
  dns: "DOWNSTREAM_PEER_DNS_SAN",
  uri: "DOWNSTREAM_PEER_URI_SAN",
  email: "DOWNSTREAM_PEER_EMAIL_SAN",
  address: "DOWNSTREAM_PEER_IP_SAN",
};

/** The command for the holder of a certificate that was accepted; undefined where names of several kinds are asked for: nobody knows which one it has. */
export function holderCommand(rules: CertificateRules): string | undefined {
  const [type, second] = typesOf(rules);
  return second === undefined ? commands[type ?? "subject"] : undefined;
}

/** Whether the holder can be said where the certificate may be another one, or none: some kinds of names are no attributes. */
export const isAttribute = (rules: CertificateRules): boolean => typesOf(rules).every((type) => attributes[type] !== undefined);
