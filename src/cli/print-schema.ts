import { type EditorSchemaName, editorSchema, editorSchemaNames } from "../api/editor-schema.ts";

/** Writes the JSON Schema of that name, or all names, on stdout. */
export function printSchema(name: EditorSchemaName | undefined): void {
  process.stdout.write(name === undefined ? `${editorSchemaNames.join("\n")}\n` : `${JSON.stringify(editorSchema(name), undefined, 2)}\n`);
}
