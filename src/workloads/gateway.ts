import type { GatewayWorkload } from "../model/workload.ts";
import { exposureOf } from "./exposure.ts";
import {
  type GatewayContent,
  gatewayLabels,
  gatewayName,
  imageAnnotation,
  mountedAnnotation,
  mountedHash,
  mountedName,
  servicesAmong,
  servicesAnnotation,
} from "./gateway-content.ts";
import { gatewayPods } from "./gateway-pods.ts";
import { type KubernetesObject, type ObjectMetadata, type OwnerReference, podSelector } from "./object.ts";
import { autoscaler, replicasOf } from "./pods.ts";
import { strategicMerge } from "./strategic-merge.ts";

/** All objects of a gateway, those that others of them need first. */
export function gatewayObjects(workload: GatewayWorkload, content: GatewayContent, owner: OwnerReference): readonly KubernetesObject[] {
  const { api, namespace, pods, disruptionBudget } = workload;
  const labels = gatewayLabels(api);
  const named = (name: string): ObjectMetadata => ({ name, namespace, labels, ownerReferences: [owner] });
  const metadata = named(gatewayName(api));
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        ...named(mountedName(api, content.inputHash)),
        annotations: {
          [mountedAnnotation]: mountedHash(content),
          [imageAnnotation]: content.image,
          [servicesAnnotation]: servicesAmong(content.hosts),
        },
      },
      type: "Opaque",
      data: Object.fromEntries([...content.mounted].map(([name, text]) => [name, Buffer.from(text).toString("base64")])),
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      // Says for which files the pods that run were told to look at what is mounted.
      metadata: { ...metadata, annotations: { [mountedAnnotation]: mountedHash(content) } },
      spec: {
        ...replicasOf(pods),
        selector: { matchLabels: podSelector(labels) },
        // A new pod is ready before an old one goes: no request finds none.
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: strategicMerge(gatewayPods(workload, content, labels), workload.podTemplate ?? {}),
      },
    },
    ...exposureOf(workload, named(gatewayName(api))),
    ...autoscaler(pods, metadata),
    ...budget(disruptionBudget ?? (mostPods(workload) > 1 ? { maxUnavailable: 1 } : undefined), metadata, labels),
  ];
}

const mostPods = ({ pods }: GatewayWorkload): number => (pods.kind === "fixed" ? pods.count : pods.most);

/** A PodDisruptionBudget: a node that is drained takes the pods one after the other. One pod alone has none, or its node could never be drained. */
function budget(
  said: GatewayWorkload["disruptionBudget"],
  metadata: ObjectMetadata,
  labels: Readonly<Record<string, string>>,
): readonly KubernetesObject[] {
  if (said === undefined) return [];
  return [
    { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec: { ...said, selector: { matchLabels: podSelector(labels) } } },
  ];
}
