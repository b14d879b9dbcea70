import type { BackendWorkload, ContainerNeeds, GatewayWorkload, Pods } from "../model/workload.ts";
import type { KubernetesObject, ObjectMetadata } from "./object.ts";

/** `spec.replicas` of a Deployment: left out where an autoscaler decides, for it would be set back at every apply. */
export const replicasOf = (pods: Pods): { readonly replicas?: number } => (pods.kind === "fixed" ? { replicas: pods.count } : {});

/** A container's `resources`; empty members are left out. */
export function resourcesOf({ requests, limits }: ContainerNeeds): { readonly resources?: Readonly<Record<string, unknown>> } {
  const said = Object.entries({ requests, limits }).filter(([, needs]) => Object.keys(needs).length > 0);
  return said.length === 0 ? {} : { resources: Object.fromEntries(said) };
}

export const pullSecretsOf = ({ pullSecrets }: Pick<GatewayWorkload | BackendWorkload, "pullSecrets">) =>
  pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) };

/** The HorizontalPodAutoscaler of a Deployment; none where the number of pods is fixed. */
export function autoscaler(pods: Pods, metadata: ObjectMetadata): readonly KubernetesObject[] {
  if (pods.kind === "fixed") return [];
  const { least, most, metrics, behavior } = pods;
  return [
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: metadata.name },
        minReplicas: least,
        maxReplicas: most,
        metrics,
        ...(behavior === undefined ? {} : { behavior }),
      },
    },
  ];
}
