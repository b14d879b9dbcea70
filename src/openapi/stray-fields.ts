import { error, type Problem, warning } from "../problem.ts";
import { child, isObject, type Node, placeOf } from "../text/node.ts";
import { didYouMean, isOneEditAway } from "../text/suggest.ts";
import type { Shape } from "./grammar.ts";

/** The objects that decide what is served: a field that is none of theirs would be missed. */
const deciding: ReadonlySet<string> = new Set(["Document", "Components", "PathItem", "Operation", "Server"]);

/** Objects that names and mocked answers are made from: in these, what is nearly a field is meant to be one. */
const shown: ReadonlySet<string> = new Set(["Info", "Response", "MediaType"]);

/** Those that may have an extension of ours, which is read elsewhere. */
const extended: ReadonlySet<string> = new Set(["Document", "PathItem", "Operation"]);

/** What holds operations in some version. */
const methodsElsewhere: ReadonlySet<string> = new Set(["trace", "query", "additionalOperations"]);

/** Fields without which operations, their protection or their backends are lost; to misspell another one costs a description. */
const needed: ReadonlySet<string> = new Set([
  ...["get", "put", "post", "delete", "options", "head", "patch", "trace", "query", "additionalOperations"],
  ...["paths", "servers", "url", "variables", "host", "basePath", "schemes", "produces", "operationId", "responses"],
  ...["components", "security", "securitySchemes", "securityDefinitions", "parameters", "requestBody", "requestBodies"],
]);

/** What protects operations, where OpenAPI has it. */
const protecting: ReadonlySet<string> = new Set(["security", "securitySchemes", "securityDefinitions"]);

/** Keys of an object that nobody reads: fields that OpenAPI does not have there, and extensions of ours at a place where they say nothing. */
export function strayFields(node: Node, name: string, fields: Readonly<Record<string, Shape>>): readonly Problem[] {
  if (!isObject(node.value)) return [];
  const unknown = Object.keys(node.value).filter((key) => !Object.hasOwn(fields, key) && key !== "$ref");
  return unknown.flatMap((key) => {
    if (/^x-/i.test(key) || isNearlyOurs(key)) return extended.has(name) ? [] : strayExtension(key, child(node, key));
    if (protecting.has(key) && name !== "paths") return [protectsNothing(key, child(node, key))];
    if (deciding.has(name)) return [unknownField(key, child(node, key), Object.keys(fields))];
    const meant = shown.has(name) ? Object.keys(fields).find((field) => isOneEditAway(key, field)) : undefined;
    return meant === undefined
      ? []
      : [warning("UnknownField", placeOf(child(node, key)), `\`${key}\` is read by nobody. Did you mean \`${meant}\`?`)];
  });
}

/** Whether a key is our extension's but for one letter. Documents have very many keys, and few begin so. */
const isNearlyOurs = (key: string): boolean => /^x/i.test(key) && isOneEditAway(key, "x-portico");

/** Whoever wrote it believes that something is protected. */
function protectsNothing(key: string, node: Node): Problem {
  const place = key === "security" ? "into each operation, or beside `paths`" : "to where this version of OpenAPI has it";
  return error("UnknownField", placeOf(node), `\`${key}\` protects nothing here. Move it ${place}, or take it out.`);
}

function unknownField(key: string, node: Node, known: readonly string[]): Problem {
  const meant = known.find((field) => isOneEditAway(key, field));
  if (methodsElsewhere.has(key) && known.includes("get")) {
    const message = `\`${key}\` is no field of this version of OpenAPI, so its operations are not served. Raise the version, or take it out.`;
    return error("UnknownField", placeOf(node), message);
  }
  const stray = `\`${key.slice(0, 80)}\` is no field that OpenAPI has here, so nothing reads it.`;
  if (meant !== undefined && needed.has(meant)) return error("UnknownField", placeOf(node), `${stray} Did you mean \`${meant}\`?`);
  return warning("UnknownField", placeOf(node), `${stray}${didYouMean(key, known) || " Take it out, or begin its name with `x-`."}`);
}

function strayExtension(key: string, node: Node): readonly Problem[] {
  if (key !== "x-portico" && !key.startsWith("x-wso2-")) return [];
  const move = "Move it beside `openapi` or `swagger`, into a path, or into an operation.";
  return [error("UnknownField", placeOf(node), `\`${key}\` is not read here. ${move}`)];
}
