import type { ContentRule, ParameterRule, ResponseRule } from "../../model/validation.ts";
import type { DocumentOperation, OpenApiDocument } from "../../openapi/document.ts";
import { child, isObject, members, type Node } from "../../text/node.ts";
import { contentRule, contentRules, rangeOf } from "./bodies.ts";
import { headerRule } from "./parameters.ts";
import type { Schemas } from "./schemas.ts";

/** What the answers of an operation have to be, by their statuses. */
export const responseRules = (
  document: OpenApiDocument,
  { node, produces }: DocumentOperation,
  schemas: Schemas,
): readonly ResponseRule[] =>
  members(child(node, "responses")).flatMap(([status, reference]) => {
    const response = document.follow(reference);
    if (status.startsWith("x-") || !isObject(response.value)) return [];
    return [
      {
        status: status.toUpperCase() === "DEFAULT" ? "default" : status.toUpperCase(),
        headers: headerRules(document, response, schemas),
        contents:
          document.format === "2.0" ? swaggerContents(document, response, produces, schemas) : contentRules(document, response, schemas),
      },
    ];
  });

/** A content type among the headers says nothing (OpenAPI 3.1, section 4.8.17). */
const headerRules = (document: OpenApiDocument, response: Node, schemas: Schemas): readonly ParameterRule[] =>
  members(child(response, "headers")).flatMap(([name, reference]) =>
    name.toLowerCase() === "content-type" ? [] : (headerRule(document, name, document.follow(reference), schemas) ?? []),
  );

function swaggerContents(document: OpenApiDocument, response: Node, produces: readonly string[], schemas: Schemas): readonly ContentRule[] {
  const schema = child(response, "schema");
  if (schema.value === undefined) return [];
  const ranges = produces.flatMap((written) => rangeOf(written) ?? []);
  return (ranges.length > 0 ? ranges : ["application/json"]).map((range) =>
    contentRule(range, schema, child(response, "encoding"), document, schemas),
  );
}
