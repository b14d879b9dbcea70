import type { AskedRequest } from "../src/agent/finding.ts";

/** A request as the policy agent is asked about it. */
export const askedRequest = (headers: AskedRequest["headers"]): AskedRequest => ({
  ...{ id: "1", method: "GET", path: "/", host: "a.test", scheme: "http", protocol: "HTTP/1.1", address: "192.0.2.1" },
  besideTokens: false,
  headers,
});
