import type { Redacted } from "../redacted.ts";
import { type KubernetesObject, type OwnerReference, ownedName, ownLabels } from "./object.ts";

/** Says of which Secret, in which version, another is a copy. */
const copyAnnotation = "portico.dev/copy-of";

/** A copy of the registry's Secret in another namespace, with the credential for one registry alone. */
export interface PullSecretContent {
  /** Of the Secret that it is a copy of: where its content changes, this does. */
  readonly version: string;
  /** Docker's configuration. */
  readonly config: Redacted;
}

/** The name of the Secret with which an object's pods pull their images: an API and a TargetEndpoint of one name have one each. */
export const pullSecretName = ({ kind, name }: Pick<OwnerReference, "kind" | "name">): string =>
  ownedName(name, kind === "API" ? "gateway-registry" : "backend-registry");

export const pullSecret = (namespace: string, owner: OwnerReference, { version, config }: PullSecretContent): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: pullSecretName(owner),
    namespace,
    labels: ownLabels("registry", owner.name),
    annotations: { [copyAnnotation]: version },
    ownerReferences: [owner],
  },
  type: "kubernetes.io/dockerconfigjson",
  data: { ".dockerconfigjson": Buffer.from(config.reveal()).toString("base64") },
});
