import type { OpenApiDocument, SecurityRequirement } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import type { Unchecked } from "./protection.ts";
import type { ResolveSettings } from "./settings.ts";

/** A Problem for each scheme that operations need and nothing checks. */
export function missingSecurity(
  document: OpenApiDocument,
  unchecked: ReadonlyMap<string, Unchecked>,
  settings: ResolveSettings,
): readonly Problem[] {
  const say = settings.credentials === "fail" ? error : warning;
  return [...unchecked].map(([name, { security, operations }]) => {
    const operationCount = operations === 1 ? "1 operation needs" : `${operations} operations need`;
    return say(
      "MissingSecurity",
      placeOf(schemeNode(document, name)),
      `${operationCount} \`${name}\`, and no Security checks it: nobody gets in with it. Add a Security \`${security}\`, or name another one in \`x-portico: {schemes: {...}}\`. To try it on this machine alone, take \`portico run --dev\`, or let everybody in with \`--unprotected\`.`,
    );
  });
}

/** Where a scheme is defined, else where the document, or the first operation, asks for it. */
function schemeNode(document: OpenApiDocument, name: string): Node {
  const asked = [document.security, ...document.paths.flatMap(({ operations }) => operations.map(({ security }) => security))];
  const names = ({ schemes }: SecurityRequirement): boolean => schemes.some((scheme) => scheme.name === name);
  return document.schemes.get(name)?.where ?? asked.flatMap((list) => list ?? []).find(names)?.where ?? document.root;
}
