import type { WrittenOperation } from "../openapi-matcher.ts";

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** The operations of an OpenAPI document in JSON whose path items are written out and whose operations all have an id. */
export function writtenOperations(text: string): readonly WrittenOperation[] {
  const document: unknown = JSON.parse(text);
  return entriesOf(memberOf(document, "paths")).flatMap(([key, item]) =>
    entriesOf(item)
      .filter(([name]) => methods.includes(name))
      .map(([name, operation]) => ({ method: name.toUpperCase(), key, id: String(memberOf(operation, "operationId")) })),
  );
}

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === "object" && value !== null ? Object.entries(value) : [];

const memberOf = (value: unknown, name: string): unknown => new Map(entriesOf(value)).get(name);
