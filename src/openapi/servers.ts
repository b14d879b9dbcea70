import { child, elements, isObject, type Node } from "../text/node.ts";
import type { Server } from "./document.ts";

/** The `servers` of a document, path item or operation; undefined where it says none (OpenAPI 3.1, section 4.8.5). */
export function serversOf(node: Node): readonly Server[] | undefined {
  const list = child(node, "servers");
  if (list.value === undefined) return undefined;
  return elements(list).flatMap((where) => {
    const url = child(where, "url").value;
    return typeof url === "string" ? [{ url: substituted(url, child(where, "variables")), where }] : [];
  });
}

/** The URL with each `{variable}` replaced by its default, or its first allowed value; one without either stays as it is. */
function substituted(url: string, variables: Node): string {
  return url.replaceAll(/\{([^{}]*)\}/g, (written, name: string) => {
    const variable = child(variables, name);
    const choice = child(variable, "default").value ?? child(child(variable, "enum"), 0).value;
    return typeof choice === "string" || typeof choice === "number" ? String(choice) : written;
  });
}

/** Swagger 2.0's schemes, host and basePath as servers: https before http, and a relative one where there is no host. */
export function swaggerServers(document: Node): readonly Server[] {
  const host = child(document, "host");
  const basePath = child(document, "basePath");
  const path = typeof basePath.value === "string" ? basePath.value.replace(/^(?!\/)/, "/") : "";
  if (typeof host.value !== "string" || host.value === "") return path === "" ? [] : [{ url: path, where: basePath }];
  const schemes = swaggerSchemes(document);
  const scheme = schemes.includes("https") || schemes.length === 0 ? "https" : (schemes[0] ?? "https");
  return [{ url: `${scheme}://${host.value}${path}`, where: host }];
}

function swaggerSchemes(node: Node): readonly string[] {
  return isObject(node.value) && Array.isArray(node.value.schemes) ? node.value.schemes.filter((scheme) => typeof scheme === "string") : [];
}
