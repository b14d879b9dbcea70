import { warning } from "../../problem.ts";
import { type Node, placeOf } from "../../text/node.ts";
import { lengthOfTime, nameOf, present, type Reading } from "./reading.ts";

/** `advanceEndpointConfig` as fields of a backend. */
export function advanced(node: Node | undefined, reading: Reading): Readonly<Record<string, unknown>> {
  const parts = reading.mapping(node, ["timeoutInMillis", "retryConfig", "circuitBreaker", "poolConfig"]);
  return {
    timeout: time(parts?.timeoutInMillis, reading),
    retry: retry(parts?.retryConfig, reading),
    circuitBreaker: circuitBreaker(parts?.circuitBreaker, reading),
    connectionPool: connectionPool(parts?.poolConfig, reading),
  };
}

function time(node: Node | undefined, reading: Reading): string | undefined {
  const ms = reading.number(node);
  return ms === undefined ? undefined : lengthOfTime(ms);
}

function retry(node: Node | undefined, reading: Reading): unknown {
  const parts = reading.mapping(node, ["count", "intervalInMillis", "backOffFactor", "maxWaitIntervalInMillis", "statusCodes"]);
  return (
    parts &&
    present({
      attempts: reading.number(parts.count) ?? 0,
      backoff: time(parts.intervalInMillis, reading),
      backoffFactor: reading.number(parts.backOffFactor),
      maxBackoff: time(parts.maxWaitIntervalInMillis, reading),
      statuses: reading.numbers(parts.statusCodes),
    })
  );
}

function circuitBreaker(node: Node | undefined, reading: Reading): unknown {
  const parts = reading.mapping(node, ["rollingWindow", "failureThreshold", "resetTimeInMillis", "statusCodes"]);
  if (parts === undefined) return undefined;
  const window = reading.mapping(parts.rollingWindow, ["requestVolumeThreshold", "timeWindowInMillis", "bucketSizeInMillis"]);
  const failureShare = reading.number(parts.failureThreshold);
  return {
    window: present({
      duration: time(window?.timeWindowInMillis, reading),
      bucket: time(window?.bucketSizeInMillis, reading),
      minRequests: reading.number(window?.requestVolumeThreshold),
      // WSO2 writes a share, 0.5 for one half.
      failurePercent: failureShare === undefined ? undefined : Math.round(failureShare * 100),
      statuses: reading.numbers(parts.statusCodes),
      resetAfter: time(parts.resetTimeInMillis, reading),
    }),
  };
}

/** What Envoy has no way to do is left out, which is said. */
function connectionPool(node: Node | undefined, reading: Reading): unknown {
  const parts = reading.mapping(node, ["maxActiveConnections", "maxIdleConnections", "waitTimeInMillis", "maxActiveStreamsPerConnection"]);
  if (parts === undefined) return undefined;
  for (const one of [parts.maxIdleConnections, parts.waitTimeInMillis]) {
    if (one === undefined || reading.number(one) === undefined || reading.number(one) === -1) continue;
    const message = `\`${nameOf(one)}\` has no likeness in Envoy, and is left out: requests wait for a connection as long as their timeout lets them. Take it out.`;
    reading.problems.push(warning("WrongValue", placeOf(one), message));
  }
  return present({
    maxConnections: bound(reading.number(parts.maxActiveConnections)),
    maxStreamsPerConnection: bound(reading.number(parts.maxActiveStreamsPerConnection)),
  });
}

/** -1 is WSO2's way to say that there is no bound. */
const bound = (count: number | undefined): number | undefined => (count === -1 ? undefined : count);
