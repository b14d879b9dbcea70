/**
 * Whether an API with these host names answers requests for a host, or for all that a name with a wildcard stands for. No names: every
 * host. `*.pets.example` stands for any number of labels before the rest (envoy: config.route.v3.VirtualHost.domains).
 */
export function answersUnder(hosts: readonly string[], host: string): boolean {
  return hosts.length === 0 || hosts.some((name) => name === host || (name.startsWith("*.") && host.endsWith(name.slice(1))));
}
