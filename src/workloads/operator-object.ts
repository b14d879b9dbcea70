/** One of an operator's objects: some have a namespace. */
export type OperatorManifest = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
};

/** The name of an operator's Deployment, of its Lease, and of what else belongs to it. */
export const operatorName = "portico-operator";

/** The labels of an operator's objects (Kubernetes: "Recommended Labels"). */
export const operatorLabels: Readonly<Record<string, string>> = {
  "app.kubernetes.io/name": operatorName,
  "app.kubernetes.io/part-of": "portico",
};
