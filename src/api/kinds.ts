import type { z } from "zod";
import { apiSpec, apiStatus } from "./api.ts";
import { rateLimitingSpec, rateLimitingStatus } from "./rate-limiting.ts";
import { securitySpec, securityStatus } from "./security.ts";
import { targetEndpointSpec, targetEndpointStatus } from "./target-endpoint.ts";

export const group = "portico.dev";
export const version = "v1alpha1";
export const apiVersion = `${group}/${version}`;

/** A column of `kubectl get`. */
interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  /** 1 is shown with `-o wide` only. */
  readonly priority?: number;
}

/** What the cluster knows of a kind beyond its schema. */
export interface Kind {
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** Whether the name must be a DNS label, since a Service gets it. */
  readonly nameIsLabel: boolean;
  readonly columns: readonly Column[];
  /** A spec as a person would write it. */
  readonly example: Readonly<Record<string, unknown>>;
}

const age: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
const ready: Column = { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' };
const why: Column = { name: "Reason", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' };
const accepted: Column = { name: "Accepted", type: "string", jsonPath: '.status.conditions[?(@.type=="Accepted")].status' };
const users: Column = { name: "APIs", type: "integer", jsonPath: ".status.users" };

/** The four kinds. */
export const kinds = {
  API: {
    plural: "apis",
    singular: "api",
    shortNames: ["papi"],
    description: "An API: one or several OpenAPI documents, and how they are served.",
    spec: apiSpec,
    status: apiStatus,
    nameIsLabel: true,
    columns: [
      ready,
      why,
      { name: "Address", type: "string", jsonPath: ".status.address" },
      { name: "Operations", type: "integer", jsonPath: ".status.operations" },
      { name: "Image", type: "string", jsonPath: ".status.image" },
      age,
    ],
    example: {
      definition: [{ configMap: { name: "petstore" } }],
      version: "1.0.0",
      replicas: 2,
      security: [{ name: "company-login" }],
      expose: { hosts: ["pets.example.com"], ingress: { className: "contour" } },
    },
  },
  TargetEndpoint: {
    plural: "targetendpoints",
    singular: "targetendpoint",
    shortNames: ["te"],
    description: "A backend: where requests go. Urls, or an image that the operator deploys.",
    spec: targetEndpointSpec,
    status: targetEndpointStatus,
    nameIsLabel: true,
    columns: [ready, why, { name: "Address", type: "string", jsonPath: ".status.address" }, users, age],
    example: { urls: ["https://pets-1.example.com/v1", "https://pets-2.example.com/v1"], timeout: "10s" },
  },
  RateLimiting: {
    plural: "ratelimitings",
    singular: "ratelimiting",
    shortNames: ["rl"],
    description: "A limit on how many requests or bytes are let through.",
    spec: rateLimitingSpec,
    status: rateLimitingStatus,
    nameIsLabel: false,
    columns: [
      { name: "Type", type: "string", jsonPath: ".spec.type" },
      { name: "Requests", type: "integer", jsonPath: ".spec.requests" },
      { name: "Bandwidth", type: "string", jsonPath: ".spec.bandwidth" },
      { name: "Unit", type: "string", jsonPath: ".spec.unit" },
      accepted,
      users,
      age,
    ],
    example: { type: "operation", requests: 100, unit: "minute", key: { by: "client" } },
  },
  Security: {
    plural: "securities",
    singular: "security",
    shortNames: ["sec"],
    description: "How a credential is checked. Credentials and certificates come from Secrets only.",
    spec: securitySpec,
    status: securityStatus,
    nameIsLabel: false,
    columns: [{ name: "Type", type: "string", jsonPath: ".spec.type" }, accepted, users, age],
    example: { type: "jwt", jwt: { issuers: [{ issuer: "https://login.example.com", audiences: ["pets"] }], maxLifetime: "1h" } },
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof kinds;

export const kindNames: readonly KindName[] = ["API", "TargetEndpoint", "RateLimiting", "Security"];

export const isKindName = (text: unknown): text is KindName => kindNames.some((name) => name === text);
