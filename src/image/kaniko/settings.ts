import type { Redacted } from "../../redacted.ts";
import type { ImageReference } from "../reference.ts";

/** How a cluster builds with Kaniko. */
export interface KanikoSettings {
  readonly namespace: string;
  /** Kaniko's executor. */
  readonly executor: string;
  readonly toolkit: ImageReference;
  /** Whom the pod runs as: a cloud's own credential helpers know it by that. Undefined for the namespace's default. */
  readonly serviceAccount: string | undefined;
  /** Whether registries are spoken to without TLS: only where a person says so. */
  readonly plainHttp: boolean;
  /** Those that alone are. */
  readonly plainHttpRegistries: readonly string[];
  /** Certification authorities that registries are trusted by, beside the image's own (PEM). */
  readonly authorities: string | undefined;
  /** Where Kaniko keeps layers for the next build. */
  readonly cache: ImageReference | undefined;
  /** Hosts that have copies of Docker Hub's images. */
  readonly mirrors: readonly string[];
  /** After how long a build that hangs is given up (seconds). */
  readonly deadlineSeconds: number;
  readonly extraArguments: readonly string[];
}

/** What is built. */
export interface KanikoBuild {
  /** A DNS label, for the Job and what belongs to it. */
  readonly name: string;
  readonly base: ImageReference;
  readonly target: ImageReference;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the files that the project makes (see files-hash.ts). */
  readonly filesHash: string;
  /** The packed project, by the names of its parts. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
  /** Docker's configuration with the credentials for its registries alone; undefined where the cloud gives them, or none is needed. */
  readonly credential: Redacted | undefined;
}

/** The registries that a build pulls from and pushes to. */
export const registriesOf = (
  { toolkit, cache }: KanikoSettings,
  { base, target }: Pick<KanikoBuild, "base" | "target">,
): readonly string[] => [...new Set([target, base, toolkit, ...(cache === undefined ? [] : [cache])].map(({ registry }) => registry))];

export type KubernetesObject = Readonly<Record<string, unknown>>;
