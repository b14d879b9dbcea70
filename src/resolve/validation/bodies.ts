import type { BodyRule, ContentRule, ParameterForm, Reading } from "../../model/validation.ts";
import type { DocumentOperation, OpenApiDocument } from "../../openapi/document.ts";
import { isJson, parseMediaType } from "../../openapi/mock/media-type.ts";
import { child, elements, isObject, members, type Node } from "../../text/node.ts";
import { collectionOf, styleOf, withoutRequired } from "./parameters.ts";
import { readingOf } from "./readings.ts";
import type { Schemas } from "./schemas.ts";

/** What a request's body has to be; undefined where the document says nothing of one. `parameters` are the operation's: in Swagger 2.0 the body is among them. */
export function bodyRule(
  document: OpenApiDocument,
  operation: DocumentOperation,
  parameters: readonly Node[],
  schemas: Schemas,
): BodyRule | undefined {
  return document.format === "2.0" ? swaggerBody(document, operation, parameters, schemas) : openApiBody(document, operation, schemas);
}

function openApiBody(document: OpenApiDocument, { node }: DocumentOperation, schemas: Schemas): BodyRule | undefined {
  const body = document.follow(child(node, "requestBody"));
  if (!isObject(body.value)) return undefined;
  return { isRequired: body.value.required === true, contents: contentRules(document, body, schemas) };
}

/** What representations may be: the `content` of a body or response. */
export const contentRules = (document: OpenApiDocument, node: Node, schemas: Schemas): readonly ContentRule[] =>
  members(child(node, "content")).flatMap(([written, reference]) => {
    const range = rangeOf(written);
    const content = document.follow(reference);
    return range === undefined ? [] : [contentRule(range, child(content, "schema"), child(content, "encoding"), document, schemas)];
  });

/** A media type or range without its parameters; undefined for what is none. */
export const rangeOf = (written: string): string | undefined => parseMediaType(written)?.essence;

export function contentRule(range: string, schema: Node, encoding: Node, document: OpenApiDocument, schemas: Schemas): ContentRule {
  const kind = kindOf(range);
  if (kind === "opaque" || schema.value === undefined)
    return {
      range,
      kind: schema.value === undefined && kind !== "json" ? "opaque" : kind,
      schema: undefined,
      reading: undefined,
      fields: {},
    };
  const isForm = kind === "form" || kind === "multipart";
  const reading = isForm ? readingOf(schema, document.follow) : undefined;
  return { range, kind, schema: schemas.nameOf(schema), reading, fields: reading === undefined ? {} : fieldForms(kind, reading, encoding) };
}

function kindOf(range: string): ContentRule["kind"] {
  if (isJson(range)) return "json";
  if (range === "application/x-www-form-urlencoded") return "form";
  if (range === "multipart/form-data") return "multipart";
  return range === "text/plain" ? "text" : "opaque";
}

/** How fields are written whose `encoding` says so (OpenAPI 3.1, section 4.8.15); in a multipart message an object is JSON unless said. */
function fieldForms(kind: ContentRule["kind"], { members: fields = {} }: Reading, encoding: Node): ContentRule["fields"] {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, reading]): readonly (readonly [string, ParameterForm])[] => {
      const said = child(encoding, name);
      const mediaType = child(said, "contentType").value;
      const isObjectPart = kind === "multipart" && isStructured(reading);
      if (typeof mediaType === "string" ? isJson(mediaType) : isObjectPart) return [[name, { kind: "json" }]];
      return said.value === undefined ? [] : [[name, { kind: "style", ...styleOf(said, "form"), reading }]];
    }),
  );
}

const isStructured = ({ types, items, members: fields }: Reading): boolean =>
  types.length === 0 && (fields !== undefined || (items !== undefined && isStructured(items)));

/** Swagger 2.0 has a parameter `in: body`, or several `in: formData`. */
function swaggerBody(
  document: OpenApiDocument,
  operation: DocumentOperation,
  parameters: readonly Node[],
  schemas: Schemas,
): BodyRule | undefined {
  const whole = parameters.find(({ value }) => isObject(value) && value.in === "body");
  const fields = parameters.filter(({ value }) => isObject(value) && value.in === "formData");
  const consumed = mediaTypes(operation.node) ?? mediaTypes(document.root);
  if (whole !== undefined) {
    const ranges = consumed ?? ["application/json"];
    return {
      isRequired: child(whole, "required").value === true,
      contents: ranges.map((range) => contentRule(range, child(whole, "schema"), child(whole, "encoding"), document, schemas)),
    };
  }
  if (fields.length === 0) return undefined;
  const forms = consumed?.filter((range) => kindOf(range) === "form" || kindOf(range) === "multipart") ?? [];
  const schema = formSchema(operation.node, fields);
  const isRequired = fields.some((field) => child(field, "required").value === true);
  const ranges = forms.length > 0 ? forms : ["application/x-www-form-urlencoded", "multipart/form-data"];
  return { isRequired, contents: ranges.map((range) => swaggerForm(range, schema, fields, document, schemas)) };
}

function swaggerForm(range: string, schema: Node, fields: readonly Node[], document: OpenApiDocument, schemas: Schemas): ContentRule {
  const rule = contentRule(range, schema, child(schema, "encoding"), document, schemas);
  const forms = fields.flatMap((field): readonly (readonly [string, ParameterForm])[] => {
    const { name, collectionFormat } = isObject(field.value) ? field.value : {};
    const reading = typeof name === "string" ? rule.reading?.members?.[name] : undefined;
    if (typeof name !== "string" || reading === undefined || (collectionFormat === undefined && reading.items === undefined)) return [];
    return [[name, { kind: "style", ...collectionOf(field, "query"), reading }]];
  });
  return { ...rule, fields: Object.fromEntries(forms) };
}

/** The fields of a form as one schema; it stands where the operation does. */
function formSchema({ file, pointer }: Node, fields: readonly Node[]): Node {
  const named = fields.flatMap((field) => {
    const { name } = isObject(field.value) ? field.value : {};
    return typeof name === "string" ? [[name, field] as const] : [];
  });
  const properties = Object.fromEntries(named.map(([name, field]) => [name, withoutRequired(field.value)]));
  const required = named.flatMap(([name, field]) => (child(field, "required").value === true ? [name] : []));
  return { file, pointer: `${pointer}/parameters`, value: { type: "object", properties, required } };
}

function mediaTypes(node: Node): readonly string[] | undefined {
  const consumes = child(node, "consumes");
  if (!Array.isArray(consumes.value)) return undefined;
  return elements(consumes).flatMap(({ value }) => (typeof value === "string" ? (rangeOf(value) ?? []) : []));
}
