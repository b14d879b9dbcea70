import { credentialHeader } from "./credential-names.ts";
import { overLimitHeader } from "./limit-names.ts";
import { apiHeader, clusterHeader, keptHeader, keptHeaders, operationHeader } from "./names.ts";

/** Frameworks take a method or a path from these instead of the request's own: then another operation is done than was let through. */
const overrides = [
  // CGI makes the variable HTTP_PROXY of it, which programs send their own requests through (httpoxy.org).
  "proxy",
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x-original-method",
  "x-original-uri",
  "x-original-url",
  "x-override-url",
  "x-rewrite-url",
  "x-forwarded-method",
  "x-http-path-override",
  "x-rewrite-uri",
  "x-forwarded-request-uri",
  // Next.js would pass by what checks a request.
  "x-middleware-subrequest",
  "x-forwarded-path",
  "x-forwarded-uri",
];

/** As many places as a credential may stand in. */
const mostLocations = 8;

/** Request headers that no client and no proxy in front may write. */
export const forged: readonly string[] = [
  ...overrides,
  apiHeader,
  operationHeader,
  overLimitHeader,
  clusterHeader,
  ...keptHeaders.map(keptHeader),
  ...Array.from({ length: mostLocations }, (_, index) => `${credentialHeader}-${index}`),
];

/**
 * What only a proxy may say of the client: RFC 7239's field, and those that came before it. X-Forwarded-For is written anew by Envoy, with
 * the true address alone; X-Forwarded-Proto is Envoy's own matter.
 */
export const saidByProxies: readonly string[] = [
  "forwarded",
  "front-end-https",
  "cf-connecting-ip",
  "client-ip",
  "fastly-client-ip",
  "forwarded-for",
  "forwarded-host",
  "host-override",
  "remote-user",
  "true-client-ip",
  "x-backend-host",
  "x-client-cert",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-forwarded",
  "x-forwarded-for",
  "x-forwarded-base",
  "x-forwarded-context-path",
  "x-forwarded-host",
  "x-forwarded-pathbase",
  "x-forwarded-protocol",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-scheme",
  "x-forwarded-server",
  "x-forwarded-ssl",
  "x-forwarded-user",
  "x-host",
  "x-http-host-override",
  "x-original-host",
  "x-real-ip",
  "x-remote-user",
  "x-scheme",
  "x-script-name",
  "x-url-scheme",
  "x-ssl-client-cert",
];
