import type { GatewayFiles } from "../compile/engine.ts";
import { type Checked, error, type Problem, wholeFile } from "../problem.ts";
import { type ImageReference, showReference } from "./reference.ts";
import type { Attachment } from "./referrers.ts";

/** What a gateway's image is made from. */
export interface BuildRequest {
  /** Where it goes, with a tag. */
  readonly target: ImageReference;
  /** The image that it is made on: Envoy, and where the files go. */
  readonly base: ImageReference;
  /** The gateway's files that are the same everywhere, by their paths in its folder. */
  readonly files: GatewayFiles;
  /** The same as a project, from which the toolkit makes these files. */
  readonly project: () => GatewayFiles;
  readonly labels: Readonly<Record<string, string>>;
  /** Documents that lie beside it, by the base with the digest that it turned out to have: one of them says what the image is made of. */
  readonly attachments: (base: ImageReference) => readonly Attachment[];
  /** Whether it is still wanted, asked right before its tag is written: somebody may want another one by now, or it is another operator's turn. Left out for always. */
  readonly isWanted?: (() => boolean) | undefined;
}

/** An image that is in its registry. */
export interface BuiltImage {
  readonly reference: ImageReference;
  /** The manifest's, by which it is pulled. */
  readonly digest: string;
}

/** A way to make a gateway's image: the same request gives an image with the same files. */
export interface Builder {
  readonly name: string;
  /** Fails with what the registry, or the build, says; then nothing is under the tag that was not there before. */
  build(request: BuildRequest): Promise<Checked<BuiltImage>>;
}

/** Why an image that is made is not put under its tag. */
export const superseded = ({ target }: Pick<BuildRequest, "target">): Problem =>
  error("BuildFailed", wholeFile(showReference(target)), "The image was built, but something else is asked for by now.");

/** The gateway's folder in an image. */
export const gatewayFolderInImage = "gateway";
