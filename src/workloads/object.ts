import { createHash } from "node:crypto";

/** An object of Kubernetes', as it is applied. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
}

/** Who an object belongs to: it is gone when they are (Kubernetes: "Garbage Collection"). */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
}

/** A name of an object that belongs to another: a DNS label (63 characters), cut where the two are longer together, and then still its own. */
export function ownedName(owner: string, suffix: string): string {
  const name = `${owner}-${suffix}`;
  if (name.length <= 63) return name;
  const hash = createHash("sha256").update(owner).digest("hex").slice(0, 8);
  return `${owner.slice(0, 63 - suffix.length - hash.length - 2)}-${hash}-${suffix}`;
}

/** The labels of what Portico makes (Kubernetes: "Recommended Labels"). */
export const ownLabels = (component: string, instance: string): Readonly<Record<string, string>> => ({
  "app.kubernetes.io/managed-by": "portico",
  "app.kubernetes.io/name": `portico-${component}`,
  "app.kubernetes.io/instance": instance,
});

/** By which of the labels pods are found. */
export const podSelector = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => name !== "app.kubernetes.io/managed-by"));

/** All objects that Portico makes have this. */
export const managedSelector = "app.kubernetes.io/managed-by=portico";
