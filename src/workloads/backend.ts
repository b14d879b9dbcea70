import type { BackendWorkload } from "../model/workload.ts";
import { type KubernetesObject, type ObjectMetadata, type OwnerReference, ownedName, ownLabels, podSelector } from "./object.ts";
import { autoscaler, pullSecretsOf, replicasOf, resourcesOf } from "./pods.ts";
import { strategicMerge } from "./strategic-merge.ts";

/** The name of a deployed backend's Deployment and Service. */
export const backendName = (endpoint: string): string => ownedName(endpoint, "backend");

/** The host under which gateways reach a deployed backend (Kubernetes: "DNS for Services and Pods"). */
export const backendHost = (endpoint: string, namespace: string): string => `${backendName(endpoint)}.${namespace}.svc`;

/** Where gateways send requests for a deployed backend. */
export const backendUrl = ({ endpoint, namespace, port, speaksTls }: BackendWorkload): string =>
  `${speaksTls ? "https" : "http"}://${backendHost(endpoint, namespace)}:${port}`;

/** All objects of a deployed backend. */
export function backendObjects(workload: BackendWorkload, owner: OwnerReference): readonly KubernetesObject[] {
  const { endpoint, namespace, pods, port } = workload;
  const labels = ownLabels("backend", endpoint);
  const metadata: ObjectMetadata = { name: backendName(endpoint), namespace, labels, ownerReferences: [owner] };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        ...replicasOf(pods),
        selector: { matchLabels: podSelector(labels) },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: strategicMerge({ metadata: { labels }, spec: podOf(workload) }, workload.podTemplate ?? {}),
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ClusterIP", selector: podSelector(labels), ports: [{ name: "http", port, targetPort: port, protocol: "TCP" }] },
    },
    ...autoscaler(pods, metadata),
  ];
}

/** A pod of somebody's program: it may run as its image says, but gains no rights over that, and gets no key to the cluster. */
function podOf(workload: BackendWorkload) {
  const { image, port, env, command, args, resources } = workload;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    ...pullSecretsOf(workload),
    containers: [
      {
        name: "backend",
        image,
        ...(command === undefined ? {} : { command }),
        ...(args === undefined ? {} : { args }),
        ...(env.length === 0 ? {} : { env }),
        ports: [{ name: "http", containerPort: port }],
        ...resourcesOf(resources),
        readinessProbe: { ...probeOf(workload), periodSeconds: 2 },
        securityContext: { allowPrivilegeEscalation: false },
        // Requests that were sent before the pod left its Service still arrive for a moment (Kubernetes: "Pod Lifecycle", termination).
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      },
    ],
  };
}

function probeOf({ readinessPath: path, port, speaksTls }: BackendWorkload): object {
  if (path === undefined) return { tcpSocket: { port } };
  return { httpGet: { path, port, ...(speaksTls ? { scheme: "HTTPS" } : {}) } };
}
