import type { ErrorForm } from "./error-form.ts";
import type { CredentialLocation } from "./security.ts";

/** The gRPC metadata in which the gateway tells the policy agent the client's address, as trusted proxies say it. */
export const addressMetadata = "portico-address";

/** What the policy agent works by: the file that it watches. It holds secrets, and is part of what an environment mounts. */
export interface AgentConfiguration {
  /** A hash of the rest: the agent says it once it works by it. */
  readonly version_info: string;
  readonly securities: readonly AgentSecurity[];
  /** Left out where requests are held against nothing. */
  readonly validation?: AgentValidation | undefined;
  /** Left out where no function sees a message. */
  readonly interceptors?: readonly AgentInterceptors[] | undefined;
}

/** The functions of an API, in a folder of the gateway's, and what they may do. */
export interface AgentInterceptors {
  readonly folder: string;
  readonly mayConnect: boolean;
}

/** What requests are held against, and how it is said what is wrong. */
interface AgentValidation {
  readonly apis: readonly AgentValidators[];
  readonly errors: ErrorForm;
}

/** The validators of an API: a file of the gateway's, which is another one where the hash is. */
export interface AgentValidators {
  readonly api: string;
  readonly file: string;
  readonly hash: string;
}

/** A Security whose credentials the agent checks. */
export interface AgentSecurity {
  readonly security: string;
  /** Where the credential stands; an authoriser looks for it itself. */
  readonly locations: readonly CredentialLocation[];
  readonly blockedClients: readonly string[];
  readonly check: AgentCheck;
}

/** How. */
export type AgentCheck =
  /** Names and passwords (RFC 7617), as htpasswd writes them. */
  | { readonly kind: "basic"; readonly users: string }
  /** Tokens that their issuer is asked about (RFC 7662), as a client of its own. */
  | {
      readonly kind: "introspection";
      readonly url: string;
      readonly client: { readonly id: string; readonly secret: string };
      /** Of which the answer has one; empty for any. */
      readonly audiences: readonly string[];
      readonly timeoutMs: number;
      readonly cacheMs: number;
      readonly tls: AgentTrust;
    }
  /** Somebody's own authoriser (envoy: ext_authz). */
  | {
      readonly kind: "authorizer";
      readonly url: string;
      readonly protocol: "http" | "grpc";
      readonly timeoutMs: number;
      /** The request's headers that it sees, in small letters. */
      readonly headers: readonly string[];
      readonly tls: AgentTrust;
    };

/** Whose certificates are believed: authorities in PEM, those in a file, or anybody's. */
export type AgentTrust =
  | { readonly kind: "authorities"; readonly pem: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "anybody" };
