import type { BuildCluster } from "../image/kaniko/cluster.ts";
import { type Credentials, parseDockerConfig, storedCredential } from "../image/registry/credentials.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";

/** The credentials in a Secret of a cluster's. Fails where it is not there, or holds no Docker configuration. */
export async function secretCredentials(cluster: BuildCluster, namespace: string, name: string): Promise<Checked<Credentials>> {
  const text = await cluster.dockerConfig(namespace, name);
  if (!text.ok) return text;
  const config = parseDockerConfig(text.value.reveal());
  if (config === undefined)
    return failed(error("ClusterFailed", wholeFile(`secret/${name}`), "The Secret holds no Docker configuration. Make it anew."));
  return checked((registry) => Promise.resolve(storedCredential(config, registry)), []);
}
