/** A kubeconfig, as JSON, of a cluster whose API is a server on this machine. */
export function kubeconfigFor(port: number): string {
  const named = (kind: string, of: object): object => ({ name: "a", [kind]: of });
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "a",
    clusters: [named("cluster", { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true })],
    users: [named("user", {})],
    contexts: [named("context", { cluster: "a", user: "a" })],
  });
}
