import type { AddressLists } from "./addresses.ts";
import type { ErrorForm } from "./error-form.ts";

/** How a gateway runs in a cluster: what its API asks for, with nothing left to look up. Never changes. */
export interface GatewayWorkload {
  /** The API object's name: a DNS label. */
  readonly api: string;
  readonly namespace: string;
  readonly pods: Pods;
  readonly disruptionBudget: DisruptionBudget | undefined;
  readonly resources: ContainerNeeds;
  /** What its owner changes of the pod template, merged strategically; undefined for nothing. */
  readonly podTemplate: Fields | undefined;
  /** What interceptors see of their environment, as a container of Kubernetes has it. */
  readonly env: readonly (Fields & { readonly name: string })[];
  /** The names of the Secrets with which the image is pulled. */
  readonly pullSecrets: readonly string[];
  readonly exposure: Exposure;
  /** From where it may be called, beside what its documents say; undefined for everywhere. */
  readonly addresses: AddressLists | undefined;
  /** Undefined for what its documents say. */
  readonly errors: ErrorForm | undefined;
}

/** How a deployed backend runs: one for all who send requests there. */
export interface BackendWorkload {
  /** The TargetEndpoint's name: a DNS label. */
  readonly endpoint: string;
  readonly namespace: string;
  readonly pods: Pods;
  readonly resources: ContainerNeeds;
  /** As a gateway's. */
  readonly podTemplate: Fields | undefined;
  readonly pullSecrets: readonly string[];
  readonly image: string;
  readonly port: number;
  readonly env: readonly Fields[];
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[] | undefined;
  /** The path that answers 200 when a pod is ready; undefined where the port is tried. */
  readonly readinessPath: string | undefined;
  readonly speaksTls: boolean;
}

/** What Kubernetes takes as it is, unseen by Portico. */
export type Fields = Readonly<Record<string, unknown>>;

export type Pods =
  | { readonly kind: "fixed"; readonly count: number }
  /** As HorizontalPodAutoscaler (autoscaling/v2) takes it. */
  | {
      readonly kind: "scaled";
      readonly least: number;
      readonly most: number;
      readonly metrics: readonly Fields[];
      readonly behavior: Fields | undefined;
    };

/** How many pods stay, or may be away: a count or a percentage. */
type DisruptionBudget = { readonly minAvailable: number | string } | { readonly maxUnavailable: number | string };

export interface ContainerNeeds {
  readonly requests: Readonly<Record<string, string | number>>;
  readonly limits: Readonly<Record<string, string | number>>;
}

/** How the world reaches a gateway. */
export interface Exposure {
  readonly service: {
    readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
    /** Undefined for 80, with TLS of its own 443. */
    readonly port: number | undefined;
    readonly nodePort: number | undefined;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** In small letters; none means every one. */
  readonly hosts: readonly string[];
  /** The Secret (kubernetes.io/tls) with the certificate that clients see. */
  readonly tlsSecret: string | undefined;
  readonly ingress: { readonly className: string | undefined; readonly annotations: Readonly<Record<string, string>> } | undefined;
  readonly httpRoute: { readonly parents: readonly Fields[]; readonly annotations: Readonly<Record<string, string>> } | undefined;
}
