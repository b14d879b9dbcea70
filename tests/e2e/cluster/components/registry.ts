import { inNode, nodeAddress, registry, secureRegistry } from "../place.ts";
import { listens } from "./answers.ts";
import type { Component } from "./component.ts";

const configuration = (storage: string, http: string, auth = ""): string =>
  `version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: ${inNode}/${storage} }, delete: { enabled: true } }
http: ${http}
${auth}`;

/** The registry of the cluster's own images, over plain HTTP. */
export const plainRegistry: Component = {
  name: "registry",
  files: { "etc/registry.yml": configuration("registry", `{ addr: "${nodeAddress}:${registry.port}" }`) },
  command: ["docker-registry", "serve", `${inNode}/etc/registry.yml`],
  ready: (node) => listens(node, nodeAddress, registry.port),
};

/** The password of `secureRegistry`, as bcrypt has it: the only form that this registry takes (htpasswd -B). */
const passwordHash = "$2y$05$V06UE2QeuHD6jS/6DBSYme.0zQb/FwBq84P/GgVTnqESUaiVgeoZe";

/** A registry that wants a user and a password, over TLS with the cluster's own authority: to test credentials with. */
export const protectedRegistry: Component = {
  name: "secure-registry",
  files: {
    "etc/htpasswd": `${secureRegistry.user}:${passwordHash}\n`,
    "etc/secure-registry.yml": configuration(
      "secure-registry",
      `{ addr: "${nodeAddress}:${secureRegistry.port}", tls: { certificate: ${inNode}/pki/secure-registry.crt, key: ${inNode}/pki/secure-registry.key } }`,
      `auth: { htpasswd: { realm: portico, path: ${inNode}/etc/htpasswd } }\n`,
    ),
  },
  command: ["docker-registry", "serve", `${inNode}/etc/secure-registry.yml`],
  ready: (node) => listens(node, nodeAddress, secureRegistry.port),
};
