// Keywords in which other schemas stand (JSON Schema 2020-12: core, section 10), beside `items`, which is another thing in older drafts.

/** Those that have one. */
export const ofOneSchema: readonly string[] = [
  ...["not", "if", "then", "else", "contains", "propertyNames"],
  ...["additionalProperties", "unevaluatedItems", "unevaluatedProperties"],
];
/** Those that have a list of them. */
export const ofSeveralSchemas: readonly string[] = ["allOf", "anyOf", "oneOf", "prefixItems"];
