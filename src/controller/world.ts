import type { Collection } from "../apply/kubernetes/collection.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import type { Builder } from "../image/builder.ts";
import type { Registries } from "../image/copy-blob.ts";
import type { Listener } from "../image/kaniko/run-job.ts";
import type { Credentials } from "../image/registry/credentials.ts";
import type { MadeWith } from "../image/reuse.ts";
import type { Checked } from "../problem.ts";
import type { LastApplied } from "./apply-objects.ts";
import type { CompiledGateways } from "./compiled-gateways.ts";
import type { Images } from "./images.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Owned } from "./owned.ts";
import type { RegistrySecret } from "./registry-secret.ts";
import type { OwedTouches } from "./serving.ts";
import type { OperatorSettings } from "./settings.ts";
import type { Updates } from "./updates.ts";
import type { Users } from "./users.ts";

/** The collections of what people write. Of ConfigMaps and Secrets only metadata is known. */
export interface Collections {
  readonly apis: Collection;
  readonly targetEndpoints: Collection;
  readonly rateLimitings: Collection;
  readonly securities: Collection;
  readonly configMaps: Collection;
  readonly secrets: Collection;
  /** Empty where the cluster does not know the kind. */
  readonly referenceGrants: Collection;
}

/** The registries, as whom the operator speaks to them, and what builds images there. */
export interface Building {
  readonly registries: Registries;
  /** What pods elsewhere pull images with. */
  readonly pullCredentials: Credentials;
  builder(name: "kaniko" | "layer", listener: Listener): Checked<Builder>;
  /** Whether this operator leads for sure, at this moment. */
  leads(): boolean;
}

/** All that a reconcile reads and writes. */
export interface World {
  readonly settings: OperatorSettings;
  readonly collections: Collections;
  readonly owned: Owned;
  readonly lastApplied: LastApplied;
  /** The mounted parts for which some pods are still to be touched (see serving.ts). */
  readonly untouched: OwedTouches;
  readonly store: ObjectStore;
  readonly building: Building;
  readonly images: Images;
  readonly gateways: CompiledGateways;
  readonly updates: Updates;
  readonly users: Users;
  /** Whether every API has been looked at since the start: before that nobody knows all who use something. */
  readonly knowsUsers: () => boolean;
  readonly registrySecret: RegistrySecret;
  /** What an image would be made with now. */
  readonly makesWith: () => MadeWith;
  readonly log: Log;
  readonly metrics: Metrics;
}
