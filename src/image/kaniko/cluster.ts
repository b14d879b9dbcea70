import type { Checked } from "../../problem.ts";
import type { Redacted } from "../../redacted.ts";
import type { KubernetesObject } from "./settings.ts";

/** How far a build's Job is. */
export type BuildState =
  /** Nothing runs yet; why not, where the cluster says it. */
  | { readonly kind: "waiting"; readonly why: string | undefined }
  | { readonly kind: "running"; readonly pod: string }
  /** The message is what its container said last. */
  | { readonly kind: "succeeded"; readonly pod: string; readonly message: string }
  | { readonly kind: "failed"; readonly pod: string | undefined; readonly why: string }
  /** There is no such Job any more: somebody removed it. */
  | { readonly kind: "gone" };

/** An object that was made, or was there already. */
export interface MadeObject {
  /** Of a Job; of others nobody asks for it. */
  readonly uid: string;
  readonly isNew: boolean;
}

/** Whether there is something to ask for. */
export interface BuildNews {
  /** Resolves once something is new since the last time, or may be. */
  next(): Promise<void>;
  close(): void;
}

/** What a build needs of the cluster that it runs in. Failures are NoCluster, ClusterUnreachable, ClusterDenied and ClusterFailed. */
export interface BuildCluster {
  /** Makes an object, or finds it made. */
  create(object: KubernetesObject): Promise<Checked<MadeObject>>;
  /** What a Secret of type kubernetes.io/dockerconfigjson holds. */
  dockerConfig(namespace: string, secret: string): Promise<Checked<Redacted>>;
  state(namespace: string, job: string): Promise<Checked<BuildState>>;
  /** What happens to a Job and its pod, until the signal. */
  news(namespace: string, job: string, signal: AbortSignal): BuildNews;
  /** Hands on what a pod writes, as it comes, to its end or the signal. */
  followLog(namespace: string, pod: string, write: (text: string) => void, signal: AbortSignal): Promise<Checked<void>>;
  /** Removes a Job with all that it owns. */
  remove(namespace: string, job: string): Promise<Checked<void>>;
}
