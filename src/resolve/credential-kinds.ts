import type { z } from "zod";
import { isOfHome } from "../api/qualified-name.ts";
import type { Resources } from "../api/resource.ts";
import { type SecuritySpec, securityTypes } from "../api/security.ts";
import type { documentExtension } from "../api/x-portico.ts";
import type { NeededScheme, OpenApiDocument, SecurityRequirement, TakenOfKind } from "../openapi/document.ts";
import { isWso2Key } from "../openapi/wso2/translate.ts";
import { error, type Problem } from "../problem.ts";
import { isObject, type Node, placeOf } from "../text/node.ts";
import type { FaultySecurity } from "./settings.ts";

type Fields = z.infer<typeof documentExtension>;
type Kind = NonNullable<Fields["credentialTypes"]>[number];

/** What a document says of all credentials, beside the schemes that it names. */
export interface DocumentCredentials {
  /** The header that carries tokens and passwords, in small letters. */
  readonly header: string;
  /** What is asked for where no scheme is named: alternatives; undefined for nothing. */
  readonly unnamed: readonly SecurityRequirement[] | undefined;
  /** Securities of one kind, any of which might be meant by those alternatives: which, nobody said. */
  readonly several: readonly (readonly string[])[];
  /** Whether requests without any are let in. */
  readonly isOptional: boolean;
  /** The Securities one of whose certificates clients must show, too; undefined for none. */
  readonly certificates: readonly string[] | undefined;
}

/** What WSO2's gateway asks for where a document does not say it. */
const usualKinds: readonly Kind[] = ["jwt", "oauth2"];

/**
 * Where no scheme is named, a credential of one of the kinds that the document says is asked for, else, of WSO2's documents, one of the kinds that are usual there:
 * the one Security of such a kind checks it. One that is wrong counts among several: it may be the one that is meant. One of another namespace does not count, or who may write there could
 * check the credentials of this one's APIs.
 */
export function documentCredentials(
  document: OpenApiDocument,
  fields: Fields | undefined,
  { securities }: Resources,
  faulty: readonly FaultySecurity[] = [],
): DocumentCredentials {
  const { credentialHeader, credentialTypes, credentialOptional, clientCertificate } = fields ?? {};
  const kinds = credentialTypes ?? (isOfWso2(document) ? usualKinds : []);
  const ofKinds = (wanted: readonly Kind[], fits: (spec: SecuritySpec) => boolean = () => true): readonly string[] => {
    const sound = [...securities].flatMap(([name, { spec }]) => (wanted.some((kind) => kind === spec.type) && fits(spec) ? [name] : []));
    const found = [...sound, ...faulty.flatMap(({ name, type }) => (mightBe(type, wanted) ? [name] : []))].filter(isOfHome);
    return found.length === 0 ? wanted.slice(0, 1).map(missingOf) : found.toSorted();
  };
  const unnamed = ofKinds(kinds).map((name) => ({ schemes: [ofKind(name, "instead")], where: document.root }));
  return {
    header: credentialHeader?.toLowerCase() ?? "authorization",
    unnamed: kinds.length === 0 ? undefined : unnamed,
    several: kinds.map((kind) => ofKinds([kind])).filter(({ length }) => length > 1),
    isOptional: credentialOptional === true,
    certificates: clientCertificate === "mandatory" ? ofKinds(["mtls"], wantsCertificate) : undefined,
  };
}

/** Whether a Security lets in nobody without a certificate. */
export const wantsCertificate = ({ type, mtls }: SecuritySpec): boolean => type === "mtls" && mtls?.mode !== "optional";

/** What stands for the one of a kind that is missing. No object has such a name: one that is there is none that is meant. */
const missingOf = (kind: SecuritySpec["type"]): string => `@${kind}`;

/** The kind whose one Security is missing that such a name stands for; undefined for another name. */
export const missingKind = (name: string): string | undefined => securityTypes.find((kind) => missingOf(kind) === name);

const ofKind = (name: string, taken: TakenOfKind): NeededScheme => ({ name, scopes: [], isSecurity: true, ofKind: taken });

/** Whether a Security that is wrong might be of one of these kinds: where its type is none, nobody knows. */
const mightBe = (type: unknown, wanted: readonly Kind[]): boolean =>
  wanted.some((kind) => kind === type) || !securityTypes.some((known) => known === type);

/** Where any of several Securities might be meant by a certificate that clients must show, nobody said which. */
export function severalCertificates({ certificates = [] }: DocumentCredentials, where: Node): readonly Problem[] {
  const [first] = certificates;
  if (certificates.length < 2) return [];
  const which = certificates.map((name) => `\`${name}\``).join(" or ");
  const advice = `Say which beside each other credential, as \`x-portico: {security: [{user: [], ${first}: []}]}\`, and write \`clientCertificate: optional\` here.`;
  return [error("BadSecurity", placeOf(where), `A client's certificate might be ${which}'s. ${advice}`)];
}

/** The same alternatives with what the document says of all credentials. One that names somebody's certificate itself, as `wants` says of its schemes, wants none besides. */
export function withAll(
  { isOptional, certificates }: DocumentCredentials,
  alternatives: readonly SecurityRequirement[],
  where: Node,
  wants: (scheme: NeededScheme) => boolean,
): readonly SecurityRequirement[] {
  const none: SecurityRequirement = { schemes: [], where };
  const asked = isOptional && alternatives.length > 0 ? [...alternatives, none] : alternatives;
  if (certificates === undefined) return asked;
  return (asked.length === 0 ? [none] : asked).flatMap((one) =>
    one.schemes.some(wants)
      ? [one]
      : certificates.map((name) => ({ schemes: [...one.schemes, ofKind(name, "besides")], where: one.where })),
  );
}

/** Whether a document was written for WSO2's gateway: one of its keys is somewhere in it. */
const isOfWso2 = ({ root, paths }: OpenApiDocument): boolean =>
  [root, ...paths.flatMap(({ items, operations }) => [...items, ...operations.map(({ node }) => node)])].some(hasWso2Key);

const hasWso2Key = ({ value }: Node): boolean => isObject(value) && Object.keys(value).some(isWso2Key);
