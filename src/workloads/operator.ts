import { createHash } from "node:crypto";
import { admissionPolicies } from "./admission.ts";
import { type OperatorManifest, operatorLabels, operatorName } from "./operator-object.ts";
import { rolesOfPeople } from "./people.ts";

/** How an operator is installed. */
export interface OperatorInstallation {
  readonly namespace: string;
  /** Where Kaniko's pods run: a namespace of its own, for they need more rights than what Pod Security's level `restricted` gives. */
  readonly buildNamespace: string;
  /** The image with this program. */
  readonly image: string;
  readonly replicas: number;
  /** The arguments of `portico operator run`. */
  readonly args: readonly string[];
  /** The Secret with which the operator's own image is pulled. */
  readonly pullSecret: string | undefined;
  /** Certification authorities that registries are trusted by (PEM). */
  readonly authorities: string | undefined;
}

/** Where an operator answers /healthz, /readyz and /metrics. */
export const operatorMonitoringPort = 8081;

/**
 * How Node runs an operator. What speaks to the cluster takes addresses apart in a way that Node warns of, in the middle of the log. What is new stays in little memory:
 * most of what the operator reads is soon gone.
 */
export const operatorNodeOptions = "--disable-warning=DEP0169 --max-semi-space-size=4";

/** Where the operator's container writes what it has in memory, when it is sent SIGUSR2; the only place that it may write to. */
const snapshotFolder = "/var/lib/portico";
const containerNodeOptions = `${operatorNodeOptions} --heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${snapshotFolder}`;

/** As whom builds run: an account of their own, without rights. */
export const buildAccount = "portico-builds";

const name = operatorName;
const labels = operatorLabels;
/** Where the operator's container has the authorities. */
const authoritiesFile = "/etc/portico/registry/ca.crt";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** All objects of an operator, but for the kinds' definitions; those that others need first. */
export function operatorObjects(installation: OperatorInstallation): readonly OperatorManifest[] {
  const { namespace, buildNamespace, authorities } = installation;
  const own = { name, namespace, labels };
  return [
    namespaceOf(namespace, "restricted"),
    ...(buildNamespace === namespace ? [] : [namespaceOf(buildNamespace, "baseline")]),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: own, automountServiceAccountToken: false },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: buildAccount, namespace: buildNamespace, labels },
      automountServiceAccountToken: false,
    },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name, labels }, rules: clusterRules },
    binding("ClusterRoleBinding", { name, labels }, "ClusterRole", namespace),
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: own, rules: ownRules },
    binding("RoleBinding", own, "Role", namespace),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { ...own, name: `${name}-builds`, namespace: buildNamespace },
      rules: buildRules,
    },
    binding("RoleBinding", { ...own, name: `${name}-builds`, namespace: buildNamespace }, "Role", namespace),
    ...(authorities === undefined ? [] : [{ apiVersion: "v1", kind: "ConfigMap", metadata: own, data: { "ca.crt": authorities } }]),
    ...rolesOfPeople(),
    ...admissionPolicies(),
    deployment(installation),
  ];
}

/** A namespace that holds pods to a level (Kubernetes: "Pod Security Standards"). */
const namespaceOf = (named: string, level: "restricted" | "baseline"): OperatorManifest => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: named, labels: { ...labels, "pod-security.kubernetes.io/enforce": level } },
});

const binding = (
  kind: string,
  metadata: Readonly<Record<string, unknown>> & { readonly name: string },
  roleKind: string,
  namespace: string,
): OperatorManifest => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata,
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: roleKind, name: metadata.name },
  subjects: [{ kind: "ServiceAccount", name, namespace }],
});

const rule = (apiGroup: string, resources: readonly string[], ...verbs: readonly string[]) => ({ apiGroups: [apiGroup], resources, verbs });
const written = ["list", "watch", "get", "create", "patch", "delete"] as const;

/** What it may do in every namespace. Of Secrets it asks for metadata, and reads none but the registry's and those that Securities name; Kubernetes has no verb for that. */
const clusterRules = [
  rule("portico.dev", ["apis", "targetendpoints", "ratelimitings", "securities"], "list", "watch"),
  // The annotation that asks for a rebuild is taken back.
  rule("portico.dev", ["apis"], "patch"),
  rule("portico.dev", ["apis/status", "targetendpoints/status", "ratelimitings/status", "securities/status"], "patch"),
  rule("", ["configmaps"], "list", "watch", "get"),
  rule("", ["secrets", "services"], ...written),
  rule("", ["pods"], "list", "patch"),
  rule("apps", ["deployments"], ...written),
  // Which of a gateway's images may still get pods.
  rule("apps", ["replicasets"], "list"),
  rule("autoscaling", ["horizontalpodautoscalers"], ...written),
  rule("policy", ["poddisruptionbudgets"], ...written),
  rule("networking.k8s.io", ["ingresses"], ...written),
  rule("gateway.networking.k8s.io", ["httproutes"], ...written),
  rule("gateway.networking.k8s.io", ["referencegrants"], "list", "watch"),
  rule("events.k8s.io", ["events"], "create"),
];

const ownRules = [rule("coordination.k8s.io", ["leases"], "list", "watch", "create", "update")];

const buildRules = [
  rule("batch", ["jobs"], "create", "get", "watch", "delete"),
  rule("", ["configmaps", "secrets"], "create"),
  rule("", ["pods"], "list", "watch"),
  rule("", ["pods/log"], "get"),
];

function deployment({ namespace, image, replicas, args, pullSecret, authorities }: OperatorInstallation): OperatorManifest {
  const trusts = authorities !== undefined;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        // It reads its authorities when it starts: with others it is started anew.
        metadata: { labels, ...(authorities === undefined ? {} : { annotations: { "portico.dev/authorities": hashOf(authorities) } }) },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } },
          ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
          containers: [
            {
              name: "operator",
              image,
              env: [{ name: "NODE_OPTIONS", value: containerNodeOptions }],
              args: ["operator", "run", ...args, ...(trusts ? ["--registry-ca", authoritiesFile] : [])],
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
              ports: [{ name: "monitoring", containerPort: operatorMonitoringPort }],
              readinessProbe: { httpGet: { path: "/readyz", port: operatorMonitoringPort }, periodSeconds: 2 },
              livenessProbe: { httpGet: { path: "/healthz", port: operatorMonitoringPort }, periodSeconds: 10, failureThreshold: 6 },
              resources: {
                requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "64Mi" },
                limits: { memory: "1Gi", "ephemeral-storage": "1Gi" },
              },
              volumeMounts: [
                { name: "snapshots", mountPath: snapshotFolder },
                ...(trusts ? [{ name: "authorities", mountPath: "/etc/portico/registry", readOnly: true }] : []),
              ],
            },
          ],
          volumes: [
            { name: "snapshots", emptyDir: { sizeLimit: "768Mi" } },
            ...(trusts ? [{ name: "authorities", configMap: { name } }] : []),
          ],
        },
      },
    },
  };
}
