import { kindOf } from "../../model/body-kind.ts";
import type { BodyRule, ContentRule, FieldRule } from "../../model/validation.ts";
import type { DocumentOperation, OpenApiDocument } from "../../openapi/document.ts";
import { parseMediaType } from "../../text/media-type.ts";
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
  if (schema.value === undefined || !isRead(range, document.follow(schema)))
    return { range, schema: undefined, reading: undefined, fields: {} };
  const mayBeForm = isRange(range) || kindOf(range) === "form" || kindOf(range) === "multipart";
  const reading = mayBeForm ? readingOf(schema, document.follow) : undefined;
  return { range, schema: schemas.nameOf(schema), reading, fields: mayBeForm ? fieldRules(encoding) : {} };
}

const isRange = (range: string): boolean => range.includes("*");

/** Under a range a binary text is a file of any kind, JSON too, and no text in JSON (OpenAPI 3.0, section 4.7.14.2). */
const isRead = (range: string, { value }: Node): boolean =>
  isRange(range) ? !(isObject(value) && value.type === "string" && value.format === "binary") : kindOf(range) !== "opaque";

/** How fields are written whose `encoding` says so (OpenAPI 3.1, section 4.8.15). */
const fieldRules = (encoding: Node): ContentRule["fields"] =>
  Object.fromEntries(members(encoding).flatMap(([name, said]) => (isObject(said.value) ? [[name, fieldRule(said)]] : [])));

function fieldRule(said: Node): FieldRule {
  const mediaTypes = child(said, "contentType").value;
  const hasStyle = ["style", "explode", "allowReserved"].some((key) => child(said, key).value !== undefined);
  return {
    mediaTypes: typeof mediaTypes === "string" ? mediaTypes.split(",").flatMap((one) => rangeOf(one.trim()) ?? []) : undefined,
    style: hasStyle ? styleOf(said, "form") : undefined,
  };
}

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
  const said = fields.flatMap((field): readonly (readonly [string, FieldRule])[] => {
    const { name, collectionFormat } = isObject(field.value) ? field.value : {};
    if (typeof name !== "string" || (collectionFormat === undefined && rule.reading?.members?.[name]?.items === undefined)) return [];
    return [[name, { style: collectionOf(field, "query") }]];
  });
  return { ...rule, fields: Object.fromEntries(said) };
}

/** The fields of a form as one schema; it stands where the operation does. */
function formSchema({ file, pointer }: Node, fields: readonly Node[]): Node {
  const named = fields.flatMap((field) => {
    const { name } = isObject(field.value) ? field.value : {};
    return typeof name === "string" ? [[name, field] as const] : [];
  });
  const properties = Object.fromEntries(named.map(([name, field]) => [name, fieldSchema(field)]));
  const required = named.flatMap(([name, field]) => (child(field, "required").value === true ? [name] : []));
  return { file, pointer: `${pointer}/parameters`, value: { type: "object", properties, required } };
}

/** A field whose name alone is right, too, has no text then. */
const fieldSchema = (field: Node): unknown =>
  child(field, "allowEmptyValue").value === true
    ? { anyOf: [withoutRequired(field.value), { type: "string", enum: [""] }] }
    : withoutRequired(field.value);

function mediaTypes(node: Node): readonly string[] | undefined {
  const consumes = child(node, "consumes");
  if (!Array.isArray(consumes.value)) return undefined;
  return elements(consumes).flatMap(({ value }) => (typeof value === "string" ? (rangeOf(value) ?? []) : []));
}
