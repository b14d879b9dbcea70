/** A kind of object, and where the cluster's API has it. */
export interface ApiResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

const of = (apiVersion: string, kind: string, plural: string): ApiResource => ({ apiVersion, kind, plural });

/** The kinds that the operator reads or makes. */
export const resources = {
  apis: of("portico.dev/v1alpha1", "API", "apis"),
  targetEndpoints: of("portico.dev/v1alpha1", "TargetEndpoint", "targetendpoints"),
  rateLimitings: of("portico.dev/v1alpha1", "RateLimiting", "ratelimitings"),
  securities: of("portico.dev/v1alpha1", "Security", "securities"),
  configMaps: of("v1", "ConfigMap", "configmaps"),
  secrets: of("v1", "Secret", "secrets"),
  services: of("v1", "Service", "services"),
  pods: of("v1", "Pod", "pods"),
  deployments: of("apps/v1", "Deployment", "deployments"),
  replicaSets: of("apps/v1", "ReplicaSet", "replicasets"),
  autoscalers: of("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  budgets: of("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  ingresses: of("networking.k8s.io/v1", "Ingress", "ingresses"),
  httpRoutes: of("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes"),
  referenceGrants: of("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "referencegrants"),
  leases: of("coordination.k8s.io/v1", "Lease", "leases"),
  events: of("events.k8s.io/v1", "Event", "events"),
} as const satisfies Readonly<Record<string, ApiResource>>;

const { secrets, services, deployments, autoscalers, budgets, ingresses, httpRoutes } = resources;

/** The kinds of all that the operator makes for APIs and TargetEndpoints; HTTPRoutes are not known to every cluster. */
export const madeKinds = (hasHttpRoutes: boolean): readonly ApiResource[] => [
  ...[deployments, services, autoscalers, budgets, ingresses, secrets],
  ...(hasHttpRoutes ? [httpRoutes] : []),
];

/** Where objects of a kind are: in a namespace, or in all (Kubernetes API: "Resource URIs"). */
export function pathOf({ apiVersion, plural }: ApiResource, namespace?: string, name?: string): string {
  const begin = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${begin}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}${name === undefined ? "" : `/${name}`}`;
}

/** The kind of an object. */
export function resourceOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): ApiResource {
  const found = Object.values(resources).find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (found === undefined) throw new Error(`The operator makes no ${kind} of ${apiVersion}.`);
  return found;
}
