import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { parseReference } from "../image/reference.ts";
import { tagOfVersion } from "../image/tag.ts";
import type { AddApiOptions } from "./add.ts";
import type { Manifests } from "./api-manifests.ts";
import { merged, withoutSources } from "./named-resources.ts";
import { statusOf } from "./stored-api.ts";

/**
 * An API as it is applied over the one that is there. What is left unsaid stays as it is. Another document under the version that serves is an ask to build
 * just that: the tag then moves, which is said on stderr.
 */
export function mergedApi(made: Manifests, there: StoredObject | undefined, { version, override }: AddApiOptions): Manifests {
  const { inputHash } = made;
  const said = Object(made.api.spec);
  const namesSources = "definition" in said || "image" in said;
  const spec = merged(namesSources ? withoutSources(there?.value.spec) : Object(there?.value.spec), said);
  const status = there === undefined ? {} : statusOf(there);
  const named = version ?? (typeof spec.version === "string" ? spec.version : made.version);
  const other = inputHash !== undefined && status.inputHash !== undefined && status.inputHash !== inputHash;
  const isSame = named !== undefined && tagOf(status.image) === tagOfVersion(named);
  const moves = other && isSame;
  if (moves) process.stderr.write("The version stays as it is: its tag moves to the new image, where it is not the same.\n");
  // The same document, said again, is an ask where its image was made with other things than there are now.
  const renews = !other && isSame && status.conditions?.some(({ type, status: is }) => type === "Outdated" && is === "True") === true;
  const annotations =
    inputHash !== undefined && (moves || renews || override) ? { annotations: { "portico.dev/rebuild-to": inputHash } } : {};
  const api = { ...made.api, metadata: { ...made.api.metadata, ...annotations }, spec };
  return { ...made, api };
}

function tagOf(image: string | undefined): string | undefined {
  const reference = image === undefined ? undefined : parseReference(image);
  return reference?.ok ? reference.value.tag : undefined;
}
