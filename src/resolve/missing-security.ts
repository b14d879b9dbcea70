import type { Resources } from "../api/resource.ts";
import type { OpenApiDocument, SecurityRequirement } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";
import { missingKind } from "./credential-kinds.ts";
import type { Unchecked } from "./protection.ts";
import type { ResolveSettings } from "./settings.ts";

/** A Problem for each scheme that operations need and nothing checks. */
export function missingSecurity(
  document: OpenApiDocument,
  unchecked: ReadonlyMap<string, Unchecked>,
  settings: ResolveSettings,
  { securities }: Resources,
): readonly Problem[] {
  const say = settings.credentials === "fail" ? error : warning;
  return [...unchecked].map(([name, { security, operations }]) => {
    const operationCount = operations === 1 ? "1 operation needs" : `${operations} operations need`;
    const where = schemeNode(document, name);
    const kind = missingKind(security);
    if (securities.has(security))
      return say(
        "MissingSecurity",
        placeOf(where),
        `${operationCount} \`${name}\`, and the Security \`${security}\` cannot check it: nobody gets in with it. See what else is said of that Security.`,
      );
    if (kind !== undefined) return say("MissingSecurity", placeOf(where), `${operationCount} ${unnamed(kind, settings)}`);
    return say(
      "MissingSecurity",
      placeOf(where),
      `${operationCount} \`${name}\`, and no Security checks it: nobody gets in with it. Add a Security \`${security}\`, or name another one in \`x-portico: {schemes: {...}}\`. To try it on this machine alone, take \`portico run --dev\`, or let everybody in with \`--unprotected\`.`,
    );
  });
}

/** What is said where the document names no scheme. */
const unnamed = (type: string, { cluster }: ResolveSettings): string =>
  `a credential of a kind that the document takes without naming a scheme (WSO2's gateway asks for a token unless it is told not to), and no Security of that kind is ${cluster === undefined ? "there" : "in its namespace"}: nobody gets in. Add a Security of the type \`${type}\`${type === "mtls" ? " whose `mode` is `mandatory`" : ""}, or let everybody in with \`x-portico: {security: false}\`. To try it on this machine alone, take \`--unprotected\`.`;

/** Where a scheme is defined, else where the document, or the first operation, asks for it. */
function schemeNode(document: OpenApiDocument, name: string): Node {
  const asked = [document.security, ...document.paths.flatMap(({ operations }) => operations.map(({ security }) => security))];
  const names = ({ schemes }: SecurityRequirement): boolean => schemes.some((scheme) => scheme.name === name);
  return document.schemes.get(name)?.where ?? asked.flatMap((list) => list ?? []).find(names)?.where ?? document.root;
}
