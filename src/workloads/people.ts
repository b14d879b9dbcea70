import { type OperatorManifest, operatorLabels } from "./operator-object.ts";

/**
 * Who has the cluster's own roles has them for the four kinds, too: who may edit a namespace may write them there, who may view it may read them (Kubernetes: "Using RBAC
 * Authorization", "Aggregated ClusterRoles").
 */
export const rolesOfPeople = (): readonly OperatorManifest[] => [
  role("portico-view", ["view", "edit", "admin"], ["get", "list", "watch"]),
  role("portico-edit", ["edit", "admin"], ["create", "update", "patch", "delete", "deletecollection"]),
];

const role = (name: string, parts: readonly string[], verbs: readonly string[]): OperatorManifest => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: {
    name,
    labels: { ...operatorLabels, ...Object.fromEntries(parts.map((one) => [`rbac.authorization.k8s.io/aggregate-to-${one}`, "true"])) },
  },
  rules: [{ apiGroups: ["portico.dev"], resources: ["apis", "targetendpoints", "ratelimitings", "securities"], verbs }],
});
