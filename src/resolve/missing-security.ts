import type { OpenApiDocument, SecurityRequirement } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import type { ResolveSettings } from "./settings.ts";

/** A Problem for each scheme that operations need and nothing checks, with how many those are. */
export function missingSecurity(
  document: OpenApiDocument,
  unchecked: ReadonlyMap<string, number>,
  settings: ResolveSettings,
): readonly Problem[] {
  const say = settings.credentials === "fail" ? error : warning;
  return [...unchecked].map(([name, count]) => {
    const operationCount = count === 1 ? "1 operation needs" : `${count} operations need`;
    return say(
      "MissingSecurity",
      placeOf(schemeNode(document, name)),
      `${operationCount} \`${name}\`, and no Security checks it: nobody gets in with it. Add a Security \`${name}\`, or name another one for it in \`x-portico: {schemes: {...}}\`. For a try on this machine alone, let everybody in with \`portico run --unprotected\`.`,
    );
  });
}

/** Where a scheme is defined, else where the document, or the first operation, asks for it. */
function schemeNode(document: OpenApiDocument, name: string): Node {
  const asked = [document.security, ...document.paths.flatMap(({ operations }) => operations.map(({ security }) => security))];
  const names = ({ schemes }: SecurityRequirement): boolean => schemes.some((scheme) => scheme.name === name);
  return document.schemes.get(name)?.where ?? asked.flatMap((list) => list ?? []).find(names)?.where ?? document.root;
}
