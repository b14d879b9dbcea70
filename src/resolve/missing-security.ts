import type { Operation } from "../model/api.ts";
import type { OpenApiDocument, SecurityRequirement } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import type { ResolveSettings } from "./settings.ts";

/** A Problem for each scheme that operations need and nothing checks; none where the person asked for no protection. */
export function missingSecurity(
  document: OpenApiDocument,
  operations: readonly Operation[],
  settings: ResolveSettings,
): readonly Problem[] {
  const needing = new Map<string, number>();
  for (const { access } of operations) {
    if (access.kind !== "refused") continue;
    for (const { name } of access.schemes) needing.set(name, (needing.get(name) ?? 0) + 1);
  }
  const say = settings.credentials === "fail" ? error : warning;
  return [...needing].map(([name, count]) => {
    const operationCount = count === 1 ? "1 operation needs" : `${count} operations need`;
    return say(
      "MissingSecurity",
      placeOf(schemeNode(document, name)),
      `${operationCount} \`${name}\`, which this version of Portico cannot check yet: they answer 401. For a try on this machine alone, let everybody in with \`portico run --unprotected\`.`,
    );
  });
}

/** Where a scheme is defined, else where the document, or the first operation, asks for it. */
function schemeNode(document: OpenApiDocument, name: string): Node {
  const asked = [document.security, ...document.paths.flatMap(({ operations }) => operations.map(({ security }) => security))];
  const names = ({ schemes }: SecurityRequirement): boolean => schemes.some((scheme) => scheme.name === name);
  return document.schemes.get(name)?.where ?? asked.flatMap((list) => list ?? []).find(names)?.where ?? document.root;
}
