import { child, elements, members, type Node } from "../text/node.ts";
import type { SecurityRequirement, SecurityScheme } from "./document.ts";
import { type DocumentFiles, follow } from "./references.ts";
import type { Format } from "./version.ts";

/** The `security` of a document or operation: alternatives; undefined where it says nothing, [] where it says none is needed. */
export function securityOf(node: Node): readonly SecurityRequirement[] | undefined {
  const list = child(node, "security");
  if (list.value === undefined) return undefined;
  return elements(list).map((where) => ({
    where,
    schemes: members(where).map(([name, scopes]) => ({
      name,
      scopes: elements(scopes).flatMap(({ value }) => (typeof value === "string" ? [value] : [])),
    })),
  }));
}

/** The security schemes of a document by name (OpenAPI 3.1, section 4.8.27; Swagger 2.0's securityDefinitions). */
export function schemesOf(files: DocumentFiles, document: Node, format: Format): ReadonlyMap<string, SecurityScheme> {
  const list = format === "2.0" ? child(document, "securityDefinitions") : child(child(document, "components"), "securitySchemes");
  const schemes = new Map<string, SecurityScheme>();
  for (const [name, member] of members(list)) {
    const target = follow(files, member);
    // A name may begin with `x-`, as extensions do: those have no type.
    if (target.ok && (!name.startsWith("x-") || typeof child(target.value, "type").value === "string"))
      schemes.set(name, {
        name,
        kind: schemeKind(target.value),
        named: schemeName(target.value),
        key: keyPlace(target.value),
        where: member,
      });
  }
  return schemes;
}

function schemeKind(node: Node): SecurityScheme["kind"] {
  const type = child(node, "type").value;
  const scheme = child(node, "scheme").value;
  switch (type) {
    case "basic":
    case "apiKey":
    case "oauth2":
    case "openIdConnect":
    case "mutualTLS":
      return type;
    default: {
      const name = typeof scheme === "string" ? scheme.toLowerCase() : "";
      return name === "bearer" || name === "basic" ? name : "http";
    }
  }
}

function schemeName(node: Node): string | undefined {
  const scheme = child(node, "scheme").value;
  return typeof scheme === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(scheme) ? scheme : undefined;
}

/** Where a scheme of the type apiKey says that the key is. */
function keyPlace(node: Node): SecurityScheme["key"] {
  const [place, name] = [child(node, "in").value, child(node, "name").value];
  const isPlace = place === "header" || place === "query" || place === "cookie";
  return child(node, "type").value === "apiKey" && isPlace && typeof name === "string" ? { in: place, name } : undefined;
}
