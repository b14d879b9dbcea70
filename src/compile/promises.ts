import { type Access, type ApiModel, isPublished } from "../model/api.ts";
import { type NeededCredential, promisedLimits } from "../model/contract.ts";

/** Where an image says what its operations let clients rely on beside the documents in it. */
export const promisesPath = "image/promises.json";

/** Who is let in to each operation, and how much is let through: of each API, in the order of the documents. */
export const promisesOf = (models: readonly ApiModel[]): readonly object[] =>
  models.map(({ name, basePath, operations, limits }) => ({
    name,
    basePath,
    operations: operations
      .filter(({ answer }) => !isPublished(answer))
      .map(({ id, template, access, limits: ids }) => ({
        id,
        template,
        alternatives: alternativesOf(access),
        limits: promisedLimits(limits.filter((one) => ids.includes(one.id))),
      })),
  }));

/** By the names of Securities. Where nobody can be let in, what would be needed. */
function alternativesOf(access: Access): readonly (readonly NeededCredential[])[] {
  switch (access.kind) {
    case "open":
    case "unprotected":
      return [];
    case "protected":
      return access.alternatives.map((all) => all.map(({ security: scheme, scopes }) => ({ scheme, scopes })));
    case "refused":
      return [access.schemes.map(({ name: scheme, scopes }) => ({ scheme, scopes }))];
  }
}
