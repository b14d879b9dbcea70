import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { isObject, type JsonObject } from "../text/node.ts";
import { statusOf } from "./stored-api.ts";

/** What the next environment, or a repository, is given of an object: what its author said, and nothing of this cluster. */
function bare({ metadata: { name }, value: { apiVersion, kind } }: StoredObject, spec: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name }, spec };
}

/** Fields that say how an image is made: where it is made already they say nothing. */
const ofBuilding: ReadonlySet<string> = new Set(["definition", "version", "builder", "rebuild", "image", "inputHash"]);

/**
 * An API as what another environment applies: with its image by digest, and the hash of what that was made from, in place of its documents; and the
 * TargetEndpoints and Securities that it needs there, as they are here. Fails where no image is known of it yet.
 */
export function exportedApi(
  api: StoredObject,
  endpoints: readonly StoredObject[],
  securities: readonly StoredObject[],
): Checked<readonly JsonObject[]> {
  const { image, inputHash, backends = [], securities: demanded = [] } = statusOf(api);
  if (image === undefined || inputHash === undefined)
    return failed(
      error("ImageMissing", wholeFile(`API/${api.metadata.name}`), "The API has no image yet. Wait until it is Ready, and export it then."),
    );
  const spec = isObject(api.value.spec) ? api.value.spec : {};
  const kept = Object.fromEntries(Object.entries(spec).filter(([field]) => !ofBuilding.has(field)));
  const needed = [
    ...endpoints.filter(({ metadata }) => backends.includes(metadata.name)),
    ...securities.filter(({ metadata }) => demanded.includes(metadata.name)),
  ];
  return checked(
    [...needed.map((one) => bare(one, isObject(one.value.spec) ? one.value.spec : {})), bare(api, { image, inputHash, ...kept })],
    [],
  );
}
