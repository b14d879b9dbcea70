import type { z } from "zod";
import type { EnvoyPatch } from "../api/envoy-patch.ts";
import type { operationExtension } from "../api/x-portico.ts";
import type { Demand } from "../model/security.ts";
import type { SaidToBeShown } from "./published.ts";
import type { Reference } from "./referred.ts";

/** What the person who runs Portico says beside the document and the resources. */
export interface ResolveSettings {
  /** Whether every operation is answered from the document, but those that say `mock: false`. */
  readonly mock: boolean;
  /**
   * What becomes of operations whose credential nothing checks: `fail` is a Problem, `refuse` answers 401, `unprotected` lets everybody
   * in.
   */
  readonly credentials: "fail" | "refuse" | "unprotected";
  /** Whether something counts for all gateways. Left out where that is the environment's, and not known. */
  readonly countsGlobally?: boolean | undefined;
  /** Whether messages are read, whether or not somebody asks for them to be held against the document. Left out for no. */
  readonly readsMessages?: boolean | undefined;
  /** What a cluster adds; left out on a laptop. */
  readonly cluster?: ClusterSettings;
}

/** What only a cluster knows. */
export interface ClusterSettings {
  /** The API's. */
  readonly namespace: string;
  /** The API's name, in place of what its document says; undefined where it has several documents, which say theirs. */
  readonly apiName: string | undefined;
  /** What protects a document that says nothing of security: alternatives. Left out for nothing. */
  readonly security?: readonly Demand[];
  /** The RateLimitings that count for operations which name none. Left out for none. */
  readonly limits?: readonly Reference[];
  /** What holds for operations that say nothing else. Left out for nothing. */
  readonly fields?: Partial<z.infer<typeof operationExtension>>;
  /** What the API lets functions of its owner's do. Left out for nothing. */
  readonly allowed?: readonly string[] | undefined;
  /** What the API changes of what is made of its documents. Left out for nothing. */
  readonly patches?: readonly EnvoyPatch[] | undefined;
  /** What becomes of another product's interceptors where a document does not say it. Left out for refusing them. */
  readonly foreignInterceptors?: "refuse" | "ignore" | undefined;
  /** What is shown to the world of documents that do not say it themselves. Left out for nothing. */
  readonly publishes?: SaidToBeShown | undefined;
  /** Securities that are there, and left out for what is wrong with them. Left out for none. */
  readonly faultySecurities?: readonly FaultySecurity[];
  /** The host under which a TargetEndpoint that is deployed is reached, by its name as it is referred to. */
  readonly deployedHost: (endpoint: string) => string;
}

/** A Security of which no more is known than its name and what it says of its type. */
export interface FaultySecurity {
  readonly name: string;
  readonly type: unknown;
}
