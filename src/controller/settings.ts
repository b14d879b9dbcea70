import type { ServiceAddress, TraceCollector } from "../compile/engine.ts";
import type { KanikoSettings } from "../image/kaniko/settings.ts";
import type { ImageReference } from "../image/reference.ts";

/** What an operator is told when it is installed. */
export interface OperatorSettings {
  /** The operator's own namespace. */
  readonly namespace: string;
  /** Where images go: each API's name is added, `registry.example/apis` -> `registry.example/apis/petstore`. */
  readonly registry: Omit<ImageReference, "tag" | "digest">;
  /** What gateways' images are made on. */
  readonly base: ImageReference;
  /** What builds where an API does not say it. */
  readonly builder: "kaniko" | "layer";
  /** Undefined where nothing was said of Kaniko: then it builds nothing. */
  readonly kaniko: KanikoSettings | undefined;
  /**
   * The Secret (kubernetes.io/dockerconfigjson) of the operator's namespace with which pods elsewhere pull images: they get copies. Undefined where the
   * registry is open.
   */
  readonly pullSecret: string | undefined;
  /** What counts limits for all gateways; undefined where nothing does. */
  readonly limitsService: ServiceAddress | undefined;
  /** Who is told of requests; undefined for nobody. */
  readonly traces: TraceCollector | undefined;
  /** The version of this program. */
  readonly version: string;
}
