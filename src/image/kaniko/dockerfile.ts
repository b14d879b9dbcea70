import type { ImageReference } from "../reference.ts";
import { showReference } from "../reference.ts";

/** Where the project is mounted in Kaniko's container. It is no part of any image. */
export const projectFolder = "/project";

/**
 * The two stages of a gateway's image: the toolkit makes the files from the project, the base serves them. The project is read by a RUN and
 * not copied: a COPY would copy the links that a Kubernetes volume is made of. No stage needs a network or a shell.
 *
 * What files it shall make stands in the RUN: a cache of Kaniko's knows a RUN by its words alone, and would give one API the files of another. And a toolkit of another version, which makes
 * others, fails.
 */
export function gatewayDockerfile(toolkit: ImageReference, base: ImageReference, filesHash: string): string {
  const build = ["build", "--from-project", projectFolder, "--expect", filesHash, "--out", "/tmp/gateway"];
  const run = ["/usr/local/bin/node", "/opt/portico/portico.js", ...build];
  return [
    `FROM ${showReference(toolkit)} AS toolkit`,
    `RUN ${JSON.stringify(run)}`,
    `FROM ${showReference(base)}`,
    "COPY --from=toolkit --chown=0:0 /tmp/gateway/image /gateway/image",
    "",
  ].join("\n");
}
