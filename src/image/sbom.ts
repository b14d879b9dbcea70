import { createHash } from "node:crypto";
import type { BuildRequest } from "./builder.ts";
import { labelNames } from "./gateway-image.ts";
import { showReference } from "./reference.ts";

const noAssertion = "NOASSERTION";
const hash = (algorithm: "sha1" | "sha256", text: string): string => createHash(algorithm).update(text).digest("hex");

/**
 * What a gateway's image is made of, as SPDX 2.3 (spdx.github.io/spdx-spec/v2.3): the gateway with its files, and the base as what it was
 * made on. Its time is none, and its name's hash is over all the rest: so the same image gives the same bytes, and another one another name.
 */
export function sbomOf({ target, base, files, labels }: Omit<BuildRequest, "attachments" | "project">, apis: readonly ApiInSbom[]): string {
  const listed = [...files].map(([path, text], index) => ({
    SPDXID: `SPDXRef-File-${index}`,
    fileName: `./gateway/${path}`,
    checksums: [
      { algorithm: "SHA1", checksumValue: hash("sha1", text) },
      { algorithm: "SHA256", checksumValue: hash("sha256", text) },
    ],
    licenseConcluded: noAssertion,
    copyrightText: noAssertion,
  }));
  const packages = [
    {
      ...packageOf("Gateway", target.repository, labels[labelNames.version] ?? ""),
      filesAnalyzed: true,
      packageVerificationCode: { packageVerificationCodeValue: verificationCode([...files.values()]) },
    },
    packageOf("Base", showReference({ ...base, digest: undefined }), base.digest ?? base.tag ?? "latest"),
    packageOf("Toolkit", "portico", labels[labelNames.toolkit] ?? ""),
    ...apis.map(({ name, version }, index) => packageOf(`API-${index}`, name, version)),
  ];
  const relationships = [
    relationship("DOCUMENT", "DESCRIBES", "Gateway"),
    relationship("Gateway", "DESCENDANT_OF", "Base"),
    relationship("Toolkit", "BUILD_TOOL_OF", "Gateway"),
    ...apis.map((_, index) => relationship("Gateway", "CONTAINS", `API-${index}`)),
    ...listed.map((_, index) => relationship("Gateway", "CONTAINS", `File-${index}`)),
  ];
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: showReference(target),
    creationInfo: { created: "1970-01-01T00:00:00Z", creators: [`Tool: portico-${labels[labelNames.toolkit] ?? ""}`] },
    packages,
    files: listed,
    relationships,
  };
  const documentNamespace = `https://portico.dev/spdx/${hash("sha256", JSON.stringify([labels[labelNames.inputHash], document]))}`;
  return `${JSON.stringify({ ...document, documentNamespace }, undefined, 2)}\n`;
}

/** SPDX 2.3, section 7.9: the hash of the files' hashes, sorted. */
const verificationCode = (texts: readonly string[]): string =>
  hash(
    "sha1",
    texts
      .map((text) => hash("sha1", text))
      .toSorted()
      .join(""),
  );

interface ApiInSbom {
  readonly name: string;
  readonly version: string;
}

const packageOf = (id: string, name: string, versionInfo: string) => ({
  SPDXID: `SPDXRef-${id}`,
  name,
  versionInfo,
  downloadLocation: noAssertion,
  filesAnalyzed: false,
  licenseConcluded: noAssertion,
  licenseDeclared: noAssertion,
  copyrightText: noAssertion,
});

const relationship = (from: string, relationshipType: string, to: string) => ({
  spdxElementId: `SPDXRef-${from}`,
  relationshipType,
  relatedSpdxElement: `SPDXRef-${to}`,
});
