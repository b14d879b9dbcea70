import { join } from "node:path";

/** Where all clusters of this machine have their folders. Only root makes clusters, so it is one place for all. */
export const clustersFolder = "/var/lib/portico-clusters";

/** Where a cluster's own folder is seen inside its node. Its configurations name only this path, so they are the same for every cluster. */
export const inNode = "/run/node";

/** Where the folder of downloaded and built parts is seen inside a node. */
export const partsInNode = "/run/parts";

/** Where the node has its programs that are Debian's. */
export const programsInNode = "/run/programs";

/** The node's address, in a network of its own. */
export const nodeAddress = "10.99.0.1";
export const nodeName = "node1";

/** What pods and services get theirs from. */
export const podRange = "10.244.0.0/24";
export const serviceRange = "10.96.0.0/16";
export const dnsAddress = "10.96.0.10";

export const registry = { name: "registry.test", port: 5000 } as const;
export const secureRegistry = { name: "secure.test", port: 5443, user: "portico", password: "wonderland" } as const;

/** A cluster's name, which is also part of file names: letters, digits, dashes. */
export const isClusterName = (name: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(name);

export const clusterFolder = (name: string): string => join(clustersFolder, name);
/** Where kubectl keeps what it knows of a cluster: all have the same address, and one must not be taken for another. */
export const kubectlCacheOf = (name: string): string => join(clusterFolder(name), "kubectl");
export const kubeconfigOf = (name: string): string => join(clusterFolder(name), "etc/admin.kubeconfig");
