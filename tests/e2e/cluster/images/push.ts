import { basename, join } from "node:path";
import { run } from "../command.ts";
import { enteringNetwork, inside, type Node } from "../node.ts";
import { nodeAddress, partsInNode, registry } from "../place.ts";
import type { TestImage } from "./images.ts";

/** The name under which pods know a test image. */
const imageReference = (name: string): string => `${registry.name}:${registry.port}/${name}:test`;

/** Pushes an image to the cluster's registry. */
export async function pushImage(node: Node, { name, folder }: TestImage): Promise<void> {
  const from = `oci:${join(partsInNode, basename(folder))}`;
  await inside(node, [
    "skopeo",
    "copy",
    "--quiet",
    "--insecure-policy",
    "--preserve-digests",
    "--dest-tls-verify=false",
    from,
    `docker://${imageReference(name)}`,
  ]);
}

/** Pushes any image that skopeo can read on this machine (`oci:DIR`, `docker-archive:FILE`): the name it has for pods. */
export async function pushLayout(node: Node, from: string, name: string): Promise<string> {
  const reference = name.includes(":") ? `${registry.name}:${registry.port}/${name}` : imageReference(name);
  const to = `docker://${reference.replace(registry.name, nodeAddress)}`;
  await run(
    enteringNetwork(node, ["skopeo", "copy", "--quiet", "--insecure-policy", "--preserve-digests", "--dest-tls-verify=false", from, to]),
  );
  return reference;
}

/** Pushes a test image to a registry that this machine reaches, under the name that `testImage` gives it. */
export async function pushTo(registry: string, plainHttp: boolean, { name, folder }: TestImage): Promise<void> {
  const options = ["--quiet", "--insecure-policy", "--preserve-digests", ...(plainHttp ? ["--dest-tls-verify=false"] : [])];
  await run(["skopeo", "copy", ...options, `oci:${folder}`, `docker://${registry}/${name}:test`]);
}
