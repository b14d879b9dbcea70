import { addressMetadata } from "../../model/agent.ts";

/** Names that the parts of a gateway know each other by. */
export const routeConfigurationName = "routes";
export const mockCluster = "portico-mocks";
export const adminCluster = "portico-admin";
export const agentCluster = "portico-agent";
/** The same agent, asked by what may have it wait for long: that takes no credential's turn. */
export const functionsCluster = "portico-functions";
/** What the agent is told with each question: the client's address. In what it asks Envoy names the connection's, which is a proxy's where there are any. */
export const saidAddress = [{ key: addressMetadata, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }];
export const limitsCluster = "portico-limits";
export const collectorCluster = "portico-traces";
/** Where answers are kept, and what is behind that: listeners within Envoy, and the clusters that lead there. */
export const cacheCluster = "portico-cache";
export const uncachedCluster = "portico-uncached";
/** The routes behind it. */
export const keptRoutesName = "kept";
/** Unix sockets, in the one folder of a gateway that is written while it runs: in a container everything else may be read-only. */
export const socketsFolder = "run";
export const adminSocket = `${socketsFolder}/admin.sock`;
export const agentSocket = `${socketsFolder}/agent.sock`;
export const mocksSocket = `${socketsFolder}/mocks.sock`;
/** Where answers are kept, in the gateway's folder: written while it runs, too. */
export const cacheFolder = "cache";
/** Header fields: what the mock backend is asked for, and what an answer says of itself. */
export const operationHeader = "portico-operation";
export const apiHeader = "portico-api";

/** Where routes and clusters keep what Portico knows of them (envoy: core.v3.Metadata). */
export const ownMetadata = "portico";

/** The header by which a request's cluster is known where that depends on who calls. No client can write it, and no backend sees it. */
export const clusterHeader = "portico-cluster";

/** An answer that varies by it is not kept. */
export const unkeptHeader = "portico-unkept*";

/** Under which a request has a header as it came, on its way through the cache. No client can write it, and no backend sees it. */
export const keptHeader = (name: string): string => `portico-${name.replace(/^x-/, "")}`;
/**
 * What the cache changes when it asks for an answer: it adds an address of its own, and asks whether what it has is still right. What it is told then it would take into what it keeps for
 * everybody, a cookie, too; so it gets an answer whole, and only a client's own question is asked.
 */
export const keptHeaders = ["x-forwarded-for", "if-none-match", "if-modified-since"];

/** Under which a route's metadata has what is said while its operation is being worked on. */
export const maintenanceField = "maintenance";

/** And whether functions see its messages. */
export const functionsField = "functions";

/** What says which HTTP a cluster speaks (envoy: extensions.upstreams.http.v3). */
export const httpOptions = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
/** The filter of a listener that speaks HTTP. */
export const connectionManager = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
/** The filter that decides by rules (envoy: RBAC). */
export const rbacType = "envoy.extensions.filters.http.rbac.v3.RBAC";

/** The cluster of an API's backend. Backends' names are free of addresses, so that an image holds none. */
export const clusterName = (api: string, backend: string): string => `${api}/${backend}`;

/** An operation's id as a header field's value: ASCII as it is, the rest percent-encoded (RFC 9110, section 5.5). */
export const headerValue = (id: string): string =>
  id.replaceAll(/[^\x20-\x7e]|%/gu, (character) => (/\p{Surrogate}/u.test(character) ? "%EF%BF%BD" : encodeURIComponent(character)));
