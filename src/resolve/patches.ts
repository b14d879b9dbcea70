import type { EnvoyPatch } from "../api/envoy-patch.ts";
import type { Operation } from "../model/api.ts";
import type { Backend } from "../model/backend.ts";
import type { Patch } from "../model/patch.ts";
import { error, type Place, type Problem, wholeFile } from "../problem.ts";
import { child, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";
import type { Extension } from "./extension.ts";
import type { ResolveSettings } from "./settings.ts";

/** What says patches in a document. */
type Saying = Pick<Extension<{ readonly envoyPatches?: readonly EnvoyPatch[] | undefined }>, "fields" | "at">;

/** What patches may be of. */
interface Patched {
  readonly operations: readonly Pick<Operation, "id" | "cache">[];
  readonly backends: readonly Pick<Backend, "name">[];
}

/** The patches of an API's document, and of the API itself; undefined for none. One that is of nothing that the document has is a Problem. */
export function patchesOf(
  extension: Saying | undefined,
  { cluster }: ResolveSettings,
  patched: Patched,
  problems: Problem[],
): readonly Patch[] | undefined {
  const own =
    extension?.fields.envoyPatches?.map((patch, index) => patchOf(patch, placeOf(child(extension.at("envoyPatches"), index)))) ?? [];
  if (cluster !== undefined && extension !== undefined && own.length > 0) problems.push(notHere(placeOf(extension.at("envoyPatches"))));
  const others = (cluster?.patches ?? []).map((patch, index) =>
    patchOf(patch, { ...wholeFile("API"), pointer: `/spec/envoyPatches/${index}` }),
  );
  // What an API says of several documents is for those that have it.
  const mayBeOfOthers = cluster !== undefined && cluster.apiName === undefined;
  const all = [...own, ...(mayBeOfOthers ? others.filter((patch) => astray(patch, patched).length === 0) : others)];
  problems.push(...all.flatMap((patch) => astray(patch, patched)));
  return all.length === 0 ? undefined : all;
}

function patchOf({ of, operation, backend, operations }: EnvoyPatch, where: Place): Patch {
  const changes = operations.map(({ op, path, value }) => ({ op, path, value }));
  if (of === "listener") return { of, changes, where };
  return of === "routes" ? { of, operation, changes, where } : { of, backend, changes, where };
}

/** A patch can have a Secret sent anywhere, and who may change a ConfigMap need not be who may read Secrets. */
const notHere = (where: Place): Problem =>
  error("WrongValue", where, "In a cluster the API says what is changed of its gateway. Write this into its `envoyPatches`.");

const keptApart =
  "Answers of this operation are kept, so its routes are in two places, before and behind the cache. Take out the patch, or `cache`.";

function astray(patch: Patch, { operations, backends }: Patched): readonly Problem[] {
  if (patch.of === "routes" && operations.some(({ id, cache }) => id === patch.operation && cache !== undefined))
    return [error("WrongValue", patch.where, keptApart)];
  const [ids, names] = [operations.map(({ id }) => id), backends.map(({ name }) => name)];
  if (patch.of === "routes" && patch.operation !== undefined) return unknown("operation", patch.operation, ids, patch.where);
  if (patch.of === "clusters" && patch.backend !== undefined) return unknown("backend", patch.backend, names, patch.where);
  return [];
}

const unknown = (what: string, name: string, known: readonly string[], where: Place): readonly Problem[] =>
  known.includes(name)
    ? []
    : [
        error(
          "WrongValue",
          where,
          `\`${name}\` is no ${what} of this document's.${didYouMean(name, known)} Name one that is, or leave it out for all.`,
        ),
      ];
