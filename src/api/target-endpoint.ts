import { z } from "zod";
import { agreeingInCluster, protocol } from "./backend-protocol.ts";
import { backendCredentials, backendTls } from "./backend-trust.ts";
import { duration, positiveDuration } from "./duration.ts";
import { atMostOne, exactlyOne } from "./law.ts";
import { circuitBreaker, connectionPool, healthCheck, loadBalancing, retry } from "./resilience.ts";
import { commonStatus } from "./status.ts";
import { httpUrl, httpUrls } from "./url.ts";
import { autoscaling, containerNeeds, env, podTemplate, pullSecrets, replicas } from "./workload.ts";

const deploy = atMostOne(
  z.strictObject({
    image: z.string().min(1).max(1024).describe("The image to run."),
    port: z.int().min(1).max(65_535).describe("The port that it listens on."),
    replicas: replicas.optional().describe("How many pods run. Default: 1."),
    autoscaling: autoscaling.optional().describe("How the number of pods follows the load."),
    resources: containerNeeds.optional().describe("CPU and memory of the container."),
    env: env.optional().describe("Environment variables of the container."),
    command: z.array(z.string()).max(64).optional().describe("The program, in place of the image's."),
    args: z.array(z.string()).max(256).optional().describe("The program's arguments, in place of the image's."),
    readinessPath: z
      .string()
      .regex(/^\/[!-~]*$/, "Not a path. Let it start with a slash.")
      .optional()
      .describe("The path that answers 200 when a pod is ready. Default: the port is tried."),
    imagePullSecrets: pullSecrets.optional().describe("The Secrets with which the image is pulled."),
    podTemplate: podTemplate.optional().describe("A patch of the Deployment's pod template, merged strategically."),
  }),
  "replicas",
  "autoscaling",
);

const weighted = z.strictObject({
  url: httpUrl.describe("Where requests go."),
  weight: z.int().min(0).max(1_000_000).optional().describe("The share of requests, in proportion to the other weights. Default: 1."),
  group: z
    .int()
    .min(0)
    .max(15)
    .optional()
    .describe("The failover group: one with a higher number serves while those with lower ones fail. Default: 0."),
});

const fields = z.strictObject({
  url: httpUrl.optional().describe("Where requests go."),
  urls: httpUrls().optional().describe("Where requests go: each url in its turn."),
  targets: z.array(weighted).min(1).max(64).optional().describe("Where requests go, with weights and failover groups."),
  deploy: deploy.optional().describe("An image for which the operator owns a Deployment and a Service, to which requests go."),
  protocol,
  timeout: duration.optional().describe("How long an answer may take; `0s` is for ever. Default: `15s`."),
  connectTimeout: positiveDuration.optional().describe("How long a connection may take to stand. Default: `5s`."),
  idleTimeout: duration.optional().describe("How long a connection is kept while nothing uses it. Default: `1h`."),
  tls: backendTls.optional().describe("How the gateway and the backend prove to each other who they are."),
  credentials: backendCredentials.optional().describe("The credentials that the gateway shows to the backend."),
  failover: z.boolean().optional().describe("Whether the urls are an order: a later one is asked only while those before it fail."),
  loadBalancing: loadBalancing.optional().describe("How one of several urls is chosen. Default: each in its turn."),
  retry: retry.optional().describe("When a request is sent once more."),
  circuitBreaker: circuitBreaker.optional().describe("When the backend is given no more requests."),
  healthCheck: healthCheck.optional().describe("How a url that fails is found out."),
  connectionPool: connectionPool.optional().describe("How connections to the backend are kept."),
});

/** A backend: urls, or an image that is deployed. */
export const targetEndpointSpec = agreeingInCluster(exactlyOne(fields, "url", "urls", "targets", "deploy"));

export const targetEndpointStatus = z.object({
  ...commonStatus,
  address: z.string().optional().describe("Where requests go: the url, or the Service of what was deployed."),
  replicas: z.int().min(0).optional().describe("Pods that are ready."),
  users: z.int().min(0).optional().describe("How many APIs send requests here."),
});

export type TargetEndpointSpec = z.infer<typeof targetEndpointSpec>;
