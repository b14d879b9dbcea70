import { z } from "zod";
import { agreeing, protocol } from "./backend-protocol.ts";
import { backendCredentials, backendTls } from "./backend-trust.ts";
import { duration, positiveDuration } from "./duration.ts";
import { exactlyOne } from "./law.ts";
import { dnsLabel, objectName, objectNamePattern } from "./name.ts";
import { circuitBreaker, connectionPool, healthCheck, loadBalancing, retry } from "./resilience.ts";
import { httpUrl, httpUrls } from "./url.ts";

const targetEndpointName = z
  .string()
  .max(253)
  .regex(
    objectNamePattern,
    "A text here is the name of a TargetEndpoint: small letters, digits, hyphens and dots. Write a URL as `{url: ...}`.",
  );

const share = exactlyOne(
  z.strictObject({
    name: objectName.optional().describe("The name of a TargetEndpoint."),
    url: httpUrl.optional().describe("Where requests go."),
    weight: z.int().min(0).max(1_000_000).optional().describe("The share of requests, in proportion to the other weights. Default: 1."),
  }),
  "name",
  "url",
);

const fields = z.strictObject({
  name: objectName.optional().describe("The name of a TargetEndpoint."),
  namespace: dnsLabel.optional().describe("The TargetEndpoint's namespace. Default: the API's."),
  url: httpUrl.optional().describe("Where requests go."),
  urls: httpUrls().optional().describe("Where requests go: each url in its turn."),
  split: z.array(share).min(1).max(64).optional().describe("Where requests go, by weight."),
  timeout: duration.optional().describe("How long an answer may take; `0s` is for ever. The operation's own `timeout` comes first."),
  protocol,
  connectTimeout: positiveDuration.optional().describe("How long a connection may take to stand. Default: `5s`."),
  idleTimeout: duration.optional().describe("How long a connection is kept while nothing uses it. Default: `1h`."),
  basePath: z
    .enum(["keep", "strip"])
    .optional()
    .describe(
      "Whether the backend sees the API's base path (`keep`) or the path without it (`strip`, the default: the url stands in place of the document's server).",
    ),
  failover: z.boolean().optional().describe("Whether the urls are an order: a later one is asked only while those before it fail."),
  loadBalancing: loadBalancing.optional().describe("How one of several urls is chosen. Default: each in its turn."),
  retry: retry.optional().describe("When a request is sent once more."),
  circuitBreaker: circuitBreaker.optional().describe("When the backend is given no more requests."),
  connectionPool: connectionPool.optional().describe("How connections to the backend are kept."),
  healthCheck: healthCheck.optional().describe("How a url that fails is found out."),
  tls: backendTls.optional().describe("How the gateway and the backend prove to each other who they are."),
  credentials: backendCredentials.optional().describe("The credentials that the gateway shows to the backend."),
});

/** Where requests go, in full. */
const backend = agreeing(exactlyOne(fields, "name", "url", "urls", "split"));

/** Where requests go: the name of a TargetEndpoint, or in full. */
export const backendOrName = z.union([targetEndpointName, backend]);

/** A second place that gets a copy of some requests, whose answers are thrown away. */
export const mirror = exactlyOne(
  z.strictObject({
    name: objectName.optional().describe("The name of a TargetEndpoint."),
    url: httpUrl.optional().describe("Where the copies go."),
    percent: z.int().min(0).max(100).optional().describe("The share of requests that is copied. Default: 100."),
  }),
  "name",
  "url",
);

export type BackendField = z.infer<typeof backendOrName>;
