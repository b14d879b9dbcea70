import { qualifiedName } from "../api/qualified-name.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { type Checked, checked, error, failed, type Problem, warning, wholeFile } from "../problem.ts";
import { isObject, type JsonObject } from "../text/node.ts";
import { statusOf } from "./stored-api.ts";

/** What the next environment, or a repository, is given of an object: what its author said, and nothing of this cluster but, for one of another namespace than the API's, that. */
function bare({ metadata: { name, namespace }, value: { apiVersion, kind } }: StoredObject, home: string, spec: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === home ? {} : { namespace }) }, spec };
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
  const { namespace: home } = api.metadata;
  const knownAs = ({ metadata }: StoredObject): string => qualifiedName(metadata.name, metadata.namespace, home);
  const named = (objects: readonly StoredObject[], names: readonly string[]): readonly StoredObject[] =>
    objects.filter((one) => names.includes(knownAs(one)));
  const needed = [...named(endpoints, backends), ...named(securities, demanded)];
  return checked(
    [
      ...needed.map((one) => bare(one, home, isObject(one.value.spec) ? one.value.spec : {})),
      bare(api, home, { image, inputHash, ...kept }),
    ],
    beyond(needed, home),
  );
}

/** What is used by a grant is used there by a grant, too. */
const beyond = (needed: readonly StoredObject[], home: string): readonly Problem[] =>
  needed
    .filter(({ metadata }) => metadata.namespace !== home)
    .map(({ metadata, value }) => {
      const message = `It is of the namespace \`${metadata.namespace}\`. Where this is applied, that namespace needs a ReferenceGrant for it, too.`;
      return warning("UnknownBackend", wholeFile(`${String(value.kind)}/${metadata.name}`), message);
    });
