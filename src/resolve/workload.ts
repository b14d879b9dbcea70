import type { z } from "zod";
import type { ApiSpec } from "../api/api.ts";
import { deployedSpeaksTls } from "../api/backend-protocol.ts";
import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import type { autoscaling, containerNeeds } from "../api/workload.ts";
import type { BackendWorkload, ContainerNeeds, Exposure, Fields, GatewayWorkload, Pods } from "../model/workload.ts";
import { addressesOf } from "./addresses.ts";

/** Where an object is. */
interface ObjectName {
  readonly name: string;
  readonly namespace: string;
}

/** How an API's gateway runs, with everything it leaves out filled in. `pullSecrets` are those that every gateway of its operator has. */
export function gatewayWorkload({ name, namespace }: ObjectName, spec: ApiSpec, pullSecrets: readonly string[]): GatewayWorkload {
  const { disruptionBudget = {} } = spec;
  const { minAvailable, maxUnavailable } = disruptionBudget;
  return {
    api: name,
    namespace,
    pods: podsOf(spec),
    disruptionBudget: minAvailable === undefined ? (maxUnavailable === undefined ? undefined : { maxUnavailable }) : { minAvailable },
    resources: needsOf(spec.resources),
    podTemplate: spec.podTemplate,
    pullSecrets: [...new Set([...(spec.imagePullSecrets ?? []).map((secret) => secret.name), ...pullSecrets])],
    exposure: exposureOf(spec.expose ?? {}),
    env: spec.env ?? [],
    addresses: addressesOf(spec.addresses),
    errors: spec.errors,
  };
}

/** How what a TargetEndpoint deploys runs; undefined for one that names urls. */
export function backendWorkload(
  { name, namespace }: ObjectName,
  spec: TargetEndpointSpec,
  pullSecrets: readonly string[],
): BackendWorkload | undefined {
  const { deploy } = spec;
  if (deploy === undefined) return undefined;
  const { image, port, env = [], command, args, readinessPath } = deploy;
  return {
    endpoint: name,
    namespace,
    pods: podsOf(deploy),
    resources: needsOf(deploy.resources),
    podTemplate: deploy.podTemplate,
    pullSecrets: [...new Set([...(deploy.imagePullSecrets ?? []).map((secret) => secret.name), ...pullSecrets])],
    image,
    port,
    env,
    command,
    args,
    readinessPath,
    speaksTls: deployedSpeaksTls(spec),
  };
}

function podsOf({ replicas, autoscaling: scaled }: Pick<ApiSpec, "replicas" | "autoscaling">): Pods {
  if (scaled === undefined) return { kind: "fixed", count: replicas ?? 1 };
  const { minReplicas = 1, maxReplicas, metrics = [], behavior } = scaled;
  return { kind: "scaled", least: minReplicas, most: maxReplicas, metrics: [...metricsOf(scaled), ...metrics], behavior };
}

/** CPU and memory as a metric each (autoscaling/v2: ResourceMetricSource); CPU at 80 % where nothing is said. */
function metricsOf({ cpuPercent, memoryPercent, metrics = [] }: z.infer<typeof autoscaling>): readonly Fields[] {
  const saysNothing = cpuPercent === undefined && memoryPercent === undefined && metrics.length === 0;
  const metric = (name: string, percent: number | undefined): readonly Fields[] =>
    percent === undefined ? [] : [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: percent } } }];
  return [...metric("cpu", saysNothing ? 80 : cpuPercent), ...metric("memory", memoryPercent)];
}

const needsOf = ({ requests = {}, limits = {} }: z.infer<typeof containerNeeds> = {}): ContainerNeeds => ({ requests, limits });

function exposureOf({ hosts = [], tls, service = {}, ingress, httpRoute }: NonNullable<ApiSpec["expose"]>): Exposure {
  return {
    hosts: [...new Set(hosts.map((host) => host.toLowerCase()))],
    tlsSecret: tls?.name,
    service: {
      type: service.type ?? "ClusterIP",
      port: service.port,
      nodePort: service.nodePort,
      annotations: service.annotations ?? {},
    },
    ingress: ingress && { className: ingress.className, annotations: ingress.annotations ?? {} },
    httpRoute: httpRoute && { parents: httpRoute.parentRefs, annotations: httpRoute.annotations ?? {} },
  };
}
