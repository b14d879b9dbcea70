import { splitName } from "../api/qualified-name.ts";
import type { ValueReference } from "../model/security.ts";
import type { GatewaySummary } from "./compiled-gateways.ts";
import { usedConfigMap, usedEndpoint, usedIssuer, usedLimit, usedSecret, usedSecurity } from "./used.ts";

type Uses = Pick<GatewaySummary, "endpoints" | "verifiers" | "references" | "limits">;

/** What an API of a namespace uses by its gateway (see used.ts). */
export const usedBy = (namespace: string, { endpoints, verifiers, references, limits }: Uses): readonly string[] => [
  ...endpoints.map((name) => withNamespace(usedEndpoint, namespace, name)),
  ...verifiers.map(({ security }) => withNamespace(usedSecurity, namespace, security)),
  ...limits.map((name) => withNamespace(usedLimit, namespace, name)),
  ...usedValues(namespace, references),
];

/** The same of what the environment keeps: files are not followed in a cluster. */
export const usedValues = (namespace: string, references: readonly ValueReference[]): readonly string[] =>
  references.flatMap(({ kind, name }) => {
    if (kind === "file") return [];
    if (kind === "issuer") return [usedIssuer(name)];
    return [withNamespace(kind === "Secret" ? usedSecretIn : usedConfigMap, namespace, name)];
  });

const usedSecretIn = (namespace: string, name: string): string => usedSecret(`${namespace}/${name}`);

/** What is used under a name that it has from a namespace. */
function withNamespace(used: (namespace: string, name: string) => string, home: string, name: string): string {
  const at = splitName(name, home);
  return used(at.namespace, at.name);
}
