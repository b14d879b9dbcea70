import type { Format } from "./version.ts";

/** What a field takes: a JSON type, anything, a list or map of something, a named object, or one of several. */
export type Shape =
  | "string"
  | "boolean"
  | "number"
  | "text"
  | "any"
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly object: string }
  | { readonly either: readonly Shape[] };

/** The objects of one format by name, each with its fixed fields. */
export type Grammar = Readonly<Record<string, Readonly<Record<string, Shape>>>>;

/** Objects that only describe; what is wrong in them is a warning, for the gateway serves without them. */
export const describing: ReadonlySet<string> = new Set([
  "Info",
  "Contact",
  "License",
  "Tag",
  "ExternalDocs",
  "Schema",
  "Xml",
  "Discriminator",
  "Example",
  "Link",
  "Encoding",
  "Header",
  "MediaType",
  "Items",
]);

const list = (of: Shape): Shape => ({ list: of });
const map = (of: Shape): Shape => ({ map: of });
const object = (name: string): Shape => ({ object: name });
const either = (...shapes: Shape[]): Shape => ({ either: shapes });

const securityRequirements = list(map(list("string")));

/** What all formats share. "text" is a string that is often written without quotes: a number, boolean or null will do. */
const shared: Grammar = {
  Info: {
    title: "text",
    version: "text",
    description: "text",
    termsOfService: "text",
    summary: "text",
    contact: object("Contact"),
    license: object("License"),
  },
  Contact: { name: "text", url: "text", email: "text" },
  License: { name: "text", url: "text", identifier: "text" },
  Tag: { name: "text", description: "text", externalDocs: object("ExternalDocs"), summary: "text", parent: "text", kind: "text" },
  ExternalDocs: { description: "text", url: "text" },
  Xml: { name: "string", namespace: "string", prefix: "string", attribute: "boolean", wrapped: "boolean" },
};

const schema: Readonly<Record<string, Shape>> = {
  title: "text",
  description: "text",
  multipleOf: "number",
  maximum: "number",
  minimum: "number",
  maxLength: "number",
  minLength: "number",
  pattern: "string",
  maxItems: "number",
  minItems: "number",
  uniqueItems: "boolean",
  maxProperties: "number",
  minProperties: "number",
  required: list("string"),
  enum: list("any"),
  type: either("string", list("string")),
  format: "string",
  allOf: list(object("Schema")),
  oneOf: list(object("Schema")),
  anyOf: list(object("Schema")),
  not: object("Schema"),
  items: object("Schema"),
  properties: map(object("Schema")),
  additionalProperties: either("boolean", object("Schema")),
  readOnly: "boolean",
  xml: object("Xml"),
  externalDocs: object("ExternalDocs"),
};

const operation: Readonly<Record<string, Shape>> = {
  tags: list("text"),
  summary: "text",
  description: "text",
  externalDocs: object("ExternalDocs"),
  operationId: "string",
  parameters: list(object("Parameter")),
  responses: map(object("Response")),
  deprecated: "boolean",
  security: securityRequirements,
};

const methods = ["get", "put", "post", "delete", "options", "head", "patch"] as const;
const byMethod = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, object("Operation")]));

const swagger2: Grammar = {
  ...shared,
  Document: {
    swagger: "any",
    info: object("Info"),
    host: "string",
    basePath: "string",
    schemes: list("string"),
    consumes: list("string"),
    produces: list("string"),
    paths: map(object("PathItem")),
    definitions: map(object("Schema")),
    parameters: map(object("Parameter")),
    responses: map(object("Response")),
    securityDefinitions: map(object("SecurityScheme")),
    security: securityRequirements,
    tags: list(object("Tag")),
    externalDocs: object("ExternalDocs"),
  },
  PathItem: { ...byMethod(methods), parameters: list(object("Parameter")) },
  Operation: { ...operation, consumes: list("string"), produces: list("string"), schemes: list("string") },
  Parameter: {
    name: "string",
    in: "string",
    description: "text",
    required: "boolean",
    schema: object("Schema"),
    type: "string",
    items: object("Items"),
  },
  Items: { type: "string", format: "string", items: object("Items") },
  Response: { description: "text", schema: object("Schema"), headers: map(object("Header")), examples: "any" },
  Header: { description: "text", type: "string", items: object("Items") },
  SecurityScheme: {
    type: "string",
    description: "text",
    name: "string",
    in: "string",
    flow: "string",
    authorizationUrl: "string",
    tokenUrl: "string",
    scopes: map("text"),
  },
  Schema: { ...schema, exclusiveMaximum: "boolean", exclusiveMinimum: "boolean", discriminator: "string" },
};

const openapi30: Grammar = {
  ...shared,
  Document: {
    openapi: "any",
    info: object("Info"),
    servers: list(object("Server")),
    paths: map(object("PathItem")),
    components: object("Components"),
    security: securityRequirements,
    tags: list(object("Tag")),
    externalDocs: object("ExternalDocs"),
  },
  Server: { url: "string", description: "text", variables: map(object("ServerVariable")) },
  ServerVariable: { enum: list("text"), default: "text", description: "text" },
  Components: {
    schemas: map(object("Schema")),
    responses: map(object("Response")),
    parameters: map(object("Parameter")),
    examples: map(object("Example")),
    requestBodies: map(object("RequestBody")),
    headers: map(object("Header")),
    securitySchemes: map(object("SecurityScheme")),
    links: map(object("Link")),
    callbacks: map("any"),
  },
  PathItem: {
    ...byMethod([...methods, "trace"]),
    summary: "text",
    description: "text",
    servers: list(object("Server")),
    parameters: list(object("Parameter")),
  },
  Operation: { ...operation, requestBody: object("RequestBody"), callbacks: map("any"), servers: list(object("Server")) },
  Parameter: {
    name: "string",
    in: "string",
    description: "text",
    required: "boolean",
    deprecated: "boolean",
    allowEmptyValue: "boolean",
    style: "string",
    explode: "boolean",
    allowReserved: "boolean",
    schema: object("Schema"),
    examples: map(object("Example")),
    content: map(object("MediaType")),
  },
  RequestBody: { description: "text", content: map(object("MediaType")), required: "boolean" },
  MediaType: { schema: object("Schema"), example: "any", examples: map(object("Example")), encoding: map(object("Encoding")) },
  Encoding: { contentType: "string", headers: map(object("Header")), style: "string", explode: "boolean", allowReserved: "boolean" },
  Response: { description: "text", headers: map(object("Header")), content: map(object("MediaType")), links: map(object("Link")) },
  Header: {
    description: "text",
    required: "boolean",
    schema: object("Schema"),
    examples: map(object("Example")),
    content: map(object("MediaType")),
  },
  Example: { summary: "text", description: "text", externalValue: "string" },
  Link: { operationRef: "string", operationId: "string", description: "text", server: object("Server") },
  SecurityScheme: {
    type: "string",
    description: "text",
    name: "string",
    in: "string",
    scheme: "string",
    bearerFormat: "string",
    flows: map("any"),
    openIdConnectUrl: "string",
  },
  Schema: {
    ...schema,
    exclusiveMaximum: "boolean",
    exclusiveMinimum: "boolean",
    nullable: "boolean",
    writeOnly: "boolean",
    deprecated: "boolean",
    discriminator: object("Discriminator"),
  },
  Discriminator: { propertyName: "string", mapping: map("string") },
};

const schema31: Shape = either("boolean", object("Schema"));

const openapi31: Grammar = {
  ...openapi30,
  Document: { ...openapi30.Document, jsonSchemaDialect: "string", webhooks: map(object("PathItem")) },
  Components: { ...openapi30.Components, schemas: map(schema31), pathItems: map(object("PathItem")) },
  Parameter: { ...openapi30.Parameter, schema: schema31 },
  Header: { ...openapi30.Header, schema: schema31 },
  MediaType: { ...openapi30.MediaType, schema: schema31 },
  Schema: {
    ...openapi30.Schema,
    exclusiveMaximum: either("number", "boolean"),
    exclusiveMinimum: either("number", "boolean"),
    examples: list("any"),
    allOf: list(schema31),
    oneOf: list(schema31),
    anyOf: list(schema31),
    not: schema31,
    items: schema31,
    prefixItems: list(schema31),
    properties: map(schema31),
    patternProperties: map(schema31),
    additionalProperties: schema31,
    $defs: map(schema31),
  },
};

const openapi32: Grammar = {
  ...openapi31,
  Document: { ...openapi31.Document, $self: "string" },
  PathItem: { ...openapi31.PathItem, query: object("Operation"), additionalOperations: map(object("Operation")) },
  Server: { ...openapi31.Server, name: "string" },
  MediaType: {
    ...openapi31.MediaType,
    itemSchema: schema31,
    prefixEncoding: list(object("Encoding")),
    itemEncoding: object("Encoding"),
  },
};

export const grammars: Readonly<Record<Format, Grammar>> = { "2.0": swagger2, "3.0": openapi30, "3.1": openapi31, "3.2": openapi32 };
