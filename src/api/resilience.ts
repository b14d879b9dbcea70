import { z } from "zod";
import { duration, positiveDuration } from "./duration.ts";
import { headerName } from "./header.ts";
import { atMostOne } from "./law.ts";

const status = z.int().min(100).max(599);
const percent = z.int().min(0).max(100);

/** As many as Envoy counts (RFC 9113, section 5.1.1, for streams). */
const count = z.int().min(1).max(2_147_483_647);

/** When a request is sent to a backend once more. */
export const retry = z.strictObject({
  attempts: z.int().min(0).max(10).describe("How often a request is sent again at most."),
  statuses: z.array(status).max(64).optional().describe("The statuses after which it is sent again. Default: 502, 503, 504."),
  methods: z
    .array(z.string().regex(/^[A-Z]+$/, "Not a method. Write it in capitals."))
    .max(16)
    .optional()
    .describe("The methods that may be sent again. Default: the safe ones."),
  perTryTimeout: duration.optional().describe("How long one attempt may take. Default: what is left of the timeout."),
  backoff: duration.optional().describe("How long the first pause is; each further one is up to twice as long, with jitter."),
  maxBackoff: duration.optional().describe("How long a pause is at most."),
  backoffFactor: z.number().min(1).max(10).optional().describe("By how much each pause is longer than the one before. Default: 2."),
  budgetPercent: percent.optional().describe("The share of a backend's requests that may be repetitions."),
});

/** How a backend's url is chosen for a request. */
export const loadBalancing = z.strictObject({
  policy: z
    .enum(["roundRobin", "leastRequest", "ringHash", "random"])
    .describe("How one of several urls is chosen. `ringHash` keeps a client at its url."),
  hash: atMostOne(
    z.strictObject({
      header: headerName.optional().describe("The header whose value chooses the url."),
      cookie: z.string().min(1).max(256).optional().describe("The cookie whose value chooses the url."),
      address: z.boolean().optional().describe("Whether the client's address chooses the url."),
    }),
    "header",
    "cookie",
    "address",
  )
    .optional()
    .describe("What `ringHash` looks at. Default: the client's address."),
});

/** When a backend is given no more requests. */
export const circuitBreaker = z.strictObject({
  maxConnections: count.optional().describe("Connections open at once."),
  maxPendingRequests: count.optional().describe("Requests that wait for a connection at once."),
  maxRequests: count.optional().describe("Requests under way at once."),
  window: z
    .strictObject({
      duration: positiveDuration.describe("The stretch of time that is looked at."),
      bucket: positiveDuration.optional().describe("The steps in which the stretch moves on."),
      minRequests: count.optional().describe("The requests that must be seen before anything is decided."),
      failurePercent: percent.describe("The share of failures at which the circuit opens."),
      statuses: z.array(status).max(64).optional().describe("The statuses that are failures. Default: all from 500 on."),
      resetAfter: positiveDuration.optional().describe("How long the circuit stays open."),
    })
    .optional()
    .describe("Opens the circuit by the share of failures in a moving stretch of time."),
});

/** How connections to a backend are kept. */
export const connectionPool = z.strictObject({
  maxConnections: count.optional().describe("Connections open at once."),
  maxIdleConnections: z.int().min(0).max(2_147_483_647).optional().describe("Connections kept open while nothing uses them."),
  waitTimeout: duration.optional().describe("How long a request waits for a connection."),
  maxStreamsPerConnection: count.optional().describe("HTTP/2 streams in one connection at once."),
  maxRequestsPerConnection: count.optional().describe("Requests after which a connection is closed."),
});

/** How a backend that fails is found out. */
export const healthCheck = z.strictObject({
  active: z
    .strictObject({
      path: z
        .string()
        .regex(/^\/[!-~]*$/, "Not a path. Let it start with a slash.")
        .optional()
        .describe("The path that is asked for. Needed but by gRPC, which has a protocol of its own for it (grpc.health.v1)."),
      interval: positiveDuration.optional().describe("The time between two checks. Default: `10s`."),
      timeout: positiveDuration.optional().describe("How long an answer may take. Default: `2s`."),
      healthyThreshold: count.optional().describe("Good answers in a row that bring a url back. Default: 2."),
      unhealthyThreshold: count.optional().describe("Bad answers in a row that take a url out. Default: 3."),
      statuses: z.array(status).max(64).optional().describe("The statuses that are good. Default: 200."),
    })
    .optional()
    .describe("Asks each url at intervals."),
  ejection: z
    .strictObject({
      consecutiveErrors: count.optional().describe("Errors in a row that take a url out. Default: 5."),
      interval: positiveDuration.optional().describe("The time between two looks at the errors. Default: `10s`."),
      ejectionTime: positiveDuration.optional().describe("How long a url is out at first. Default: `30s`."),
      maxEjectedPercent: percent.optional().describe("The share of urls that may be out at once. Default: 50."),
    })
    .optional()
    .describe("Takes a url out by the errors that requests meet."),
});
