import type { ApiModel } from "../model/api.ts";
import type { CredentialLocation } from "../model/security.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { error, type Problem } from "../problem.ts";
import { child, placeOf } from "../text/node.ts";

/** An API, and the document that says where its credentials are. */
interface Placing {
  readonly model: ApiModel;
  readonly document: OpenApiDocument;
}

/**
 * A gateway looks for the credential of a Security in the same places everywhere: where one document takes a key in its query, another's would be taken there, too, and its backend
 * would see it.
 */
export function differentPlaces(apis: readonly Placing[]): readonly Problem[] {
  const first = new Map<string, readonly CredentialLocation[]>();
  return apis.flatMap(({ model, document }) =>
    model.securities.flatMap(({ name, locations }) => {
      const before = first.get(name);
      first.set(name, before ?? locations);
      if (before === undefined || shown(before) === shown(locations)) return [];
      const message = `The credential of the Security \`${name}\` is in ${shown(locations)} here, and in ${shown(before)} by another document of the gateway. Serve the documents by gateways of their own, let each name a Security of its own, or, where both places are to count everywhere, write them as the Security's \`locations\`.`;
      return [error("BadSecurity", placeOf(child(document.root, "info")), message)];
    }),
  );
}

const shown = (locations: readonly CredentialLocation[]): string =>
  locations
    .map((one) => `${one.in} ${one.name}${one.in === "header" && one.prefix !== "" ? ` (${one.prefix.trim()})` : ""}`)
    .toSorted()
    .join(" and ");
