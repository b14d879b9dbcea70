import { createHash } from "node:crypto";
import { type GatewayFolder, imagePart } from "../compile/gateway-folder.ts";
import type { CompiledApi } from "../compile/manifest.ts";
import type { BuildRequest } from "./builder.ts";
import { labelNames } from "./gateway-image.ts";
import { projectFiles } from "./project/project.ts";
import type { ImageReference } from "./reference.ts";
import type { Attachment } from "./referrers.ts";
import { sbomOf } from "./sbom.ts";
import { tagOfVersion } from "./tag.ts";

/** What makes an image: the engine's name, and the version of this program. */
export interface Maker {
  readonly engine: string;
  readonly toolkit: string;
}

/** All that a builder makes an image of some APIs' gateway from. Without a tag in `to` it is made from the first document's version. */
export function imageRequest(
  apis: readonly CompiledApi[],
  { files, manifest }: GatewayFolder,
  to: ImageReference,
  base: ImageReference,
  { engine, toolkit }: Maker,
): BuildRequest {
  const [first] = apis;
  const apiVersion = first?.model.version ?? "0";
  const made = {
    target: { ...to, tag: to.tag ?? tagOfVersion(apiVersion) },
    base,
    files: imagePart(files),
    project: () => projectFiles(apis, engine),
    labels: {
      [labelNames.inputHash]: manifest.inputHash,
      [labelNames.documentHash]: documentHash(apis),
      [labelNames.contract]: String(manifest.contract),
      [labelNames.apis]: manifest.apis.map(({ name }) => name).join(","),
      [labelNames.toolkit]: toolkit,
      [labelNames.title]: first?.model.title ?? "",
      [labelNames.version]: apiVersion,
    },
  };
  const sbom = (pinned: ImageReference): Attachment => ({
    artifactType: "application/spdx+json",
    title: "sbom.spdx.json",
    bytes: Buffer.from(sbomOf({ ...made, base: pinned }, manifest.apis)),
  });
  return { ...made, attachments: (pinned) => [...apis.map(publishedAttachment), sbom(pinned)] };
}

/** SHA-256 over the published documents alone, in hexadecimal: where it is the same and the input is not, a policy changed. */
export function documentHash(apis: readonly CompiledApi[]): string {
  const hash = createHash("sha256");
  for (const { published } of apis) hash.update(`${published}\n`);
  return hash.digest("hex");
}

const publishedAttachment = ({ model, published }: CompiledApi): Attachment => ({
  artifactType: "application/vnd.oai.openapi+json",
  title: `${model.name}.openapi.json`,
  bytes: Buffer.from(`${published}\n`),
});
