import { type ParameterForm, type ParameterRule, type Style, styles } from "../../model/validation.ts";
import type { DocumentOperation, DocumentPath, OpenApiDocument } from "../../openapi/document.ts";
import { isJson } from "../../text/media-type.ts";
import { child, elements, isObject, members, type Node } from "../../text/node.ts";
import { readingOf } from "./readings.ts";
import type { Schemas } from "./schemas.ts";

const places = ["path", "query", "header", "cookie"] as const;

/** Headers of a parameter's name that say nothing of parameters (OpenAPI 3.1, section 4.8.12.1). */
const notParameters: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

/** The parameters of an operation with those of its path that it does not say itself, where they are written. */
export function parameterNodes(document: OpenApiDocument, { items }: DocumentPath, { node }: DocumentOperation): readonly Node[] {
  const found = new Map<string, Node>();
  for (const owner of [node, ...items])
    for (const written of elements(child(owner, "parameters"))) {
      const at = document.follow(written);
      if (!isObject(at.value)) continue;
      const key = JSON.stringify([at.value.in, at.value.name]);
      if (!found.has(key)) found.set(key, at);
    }
  return [...found.values()];
}

/** What the parameters of an operation have to be. Those that stand in a body are not among them. */
export function parameterRules(document: OpenApiDocument, nodes: readonly Node[], schemas: Schemas): readonly ParameterRule[] {
  const rules = nodes.flatMap((node) => parameterRule(document, node, schemas) ?? []);
  const keys = [...document.schemes.values()].flatMap(({ key }) => (key?.in === "query" ? [key.name] : []));
  return rules.map((rule) => (isFreeForm(rule) ? withOthers(rule, [...keys, ...namesBeside(rule, rules)]) : rule));
}

/** Whether members of a parameter may have any name and stand in a query by that alone. */
const isFreeForm = ({ in: place, form }: ParameterRule): boolean =>
  place === "query" && form.kind === "style" && form.style === "form" && form.explode && form.reading.rest !== undefined;

const withOthers = (rule: ParameterRule, others: readonly string[]): ParameterRule =>
  rule.form.kind === "style" ? { ...rule, form: { ...rule.form, others: [...new Set(others)] } } : rule;

/** What else may stand in a query, with the members of objects. */
const namesBeside = (rule: ParameterRule, all: readonly ParameterRule[]): readonly string[] =>
  all.flatMap((other) => {
    if (other === rule || other.in !== "query") return [];
    return [other.name, ...(other.form.kind === "style" ? Object.keys(other.form.reading.members ?? {}) : [])];
  });

function parameterRule(document: OpenApiDocument, node: Node, schemas: Schemas): ParameterRule | undefined {
  const { name, in: place } = isObject(node.value) ? node.value : {};
  const where = places.find((one) => one === place);
  if (where === undefined || typeof name !== "string") return undefined;
  if (where === "header" && notParameters.has(name.toLowerCase())) return undefined;
  return ruleOf(document, node, { in: where, name: where === "header" ? name.toLowerCase() : name }, schemas);
}

/** What a header of an answer has to be. */
export const headerRule = (document: OpenApiDocument, name: string, node: Node, schemas: Schemas): ParameterRule | undefined =>
  isObject(node.value) ? ruleOf(document, node, { in: "header", name: name.toLowerCase() }, schemas) : undefined;

function ruleOf(
  document: OpenApiDocument,
  node: Node,
  place: Pick<ParameterRule, "in" | "name">,
  schemas: Schemas,
): ParameterRule | undefined {
  const written = writtenAs(document, node, place.in);
  if (written === undefined) return undefined;
  const isRequired = place.in === "path" || child(node, "required").value === true;
  const mayBeEmpty = place.in === "query" && child(node, "allowEmptyValue").value === true ? true : undefined;
  return { ...place, isRequired, mayBeEmpty, form: written.form, schema: schemas.nameOf(written.schema) };
}

/** How a parameter is written, and the schema of its value; undefined for what is written in a media type that is not read. */
function writtenAs(document: OpenApiDocument, node: Node, where: ParameterRule["in"]) {
  const [content] = members(child(node, "content"));
  if (content === undefined) return { form: formOf(node, where, document), schema: schemaOf(node, document) };
  const [mediaType, representation] = content;
  return isJson(mediaType) ? { form: { kind: "json" } as const, schema: child(document.follow(representation), "schema") } : undefined;
}

/** In Swagger 2.0 a parameter is its own schema. */
const schemaOf = (node: Node, { format }: OpenApiDocument): Node =>
  format === "2.0" ? { ...node, value: withoutRequired(node.value) } : child(node, "schema");

/** A parameter's own `required` is no keyword of its schema. */
export function withoutRequired(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { required: _, ...schema } = value;
  return schema;
}

const defaultStyles = { path: "simple", query: "form", header: "simple", cookie: "form" } as const;

function formOf(node: Node, where: ParameterRule["in"], document: OpenApiDocument): ParameterForm {
  const reading = readingOf(schemaOf(node, document), document.follow);
  if (document.format === "2.0") return { kind: "style", ...collectionOf(node, where), reading };
  return { kind: "style", ...styleOf(node, defaultStyles[where]), reading };
}

/** The style that is said, of a parameter or of a form's field. */
export function styleOf(node: Node, usual: Style): { readonly style: Style; readonly explode: boolean } {
  const said = child(node, "style").value;
  const style = styles.find((one) => one === said) ?? usual;
  const explode = child(node, "explode").value;
  return { style, explode: typeof explode === "boolean" ? explode : style === "form" };
}

/** Swagger 2.0's `collectionFormat` (section "Parameter Object"). */
export function collectionOf(node: Node, where: ParameterRule["in"]): { readonly style: Style; readonly explode: boolean } {
  const usual = defaultStyles[where];
  switch (child(node, "collectionFormat").value) {
    case "multi":
      return { style: "form", explode: true };
    case "ssv":
      return { style: "spaceDelimited", explode: false };
    case "tsv":
      return { style: "tabDelimited", explode: false };
    case "pipes":
      return { style: "pipeDelimited", explode: false };
    default:
      return { style: usual, explode: false };
  }
}
