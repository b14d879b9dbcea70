import { basename, join } from "node:path";
import { run } from "../command.ts";
import { inside, type Node } from "../node.ts";
import { partsInNode, registry } from "../place.ts";
import type { TestImage } from "./layout.ts";

/** The name under which pods know a test image. */
const imageReference = (name: string): string => `${registry.name}:${registry.port}/${name}:test`;

/** The command that copies an image to a registry as it is: without `--preserve-digests` its layers would be compressed on the way. */
export const copy = (from: string, reference: string, plainHttp: boolean): readonly string[] => [
  "skopeo",
  "copy",
  "--quiet",
  "--insecure-policy",
  "--preserve-digests",
  ...(plainHttp ? ["--dest-tls-verify=false"] : []),
  from,
  `docker://${reference}`,
];

/** Pushes an image to the cluster's registry. */
export async function pushImage(node: Node, { name, folder }: TestImage): Promise<void> {
  await inside(node, copy(`oci:${join(partsInNode, basename(folder))}`, imageReference(name), true));
}

/** Pushes a test image to a registry that this machine reaches, under the name that `testImage` gives it. */
export async function pushTo(registry: string, plainHttp: boolean, { name, folder }: TestImage): Promise<void> {
  await run(copy(`oci:${folder}`, `${registry}/${name}:test`, plainHttp));
}
