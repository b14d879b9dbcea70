import { z } from "zod";
import { isObject } from "../text/node.ts";
import { apiVersion, type KindName, kindNames, kinds } from "./kinds.ts";
import { documentExtension, operationExtension } from "./x-portico.ts";

/** The names under which JSON Schemas for editors can be asked for. `x-portico-operation` is for paths as well. */
export const editorSchemaNames: readonly (KindName | "x-portico" | "x-portico-operation")[] = [
  ...kindNames,
  "x-portico",
  "x-portico-operation",
];

export type EditorSchemaName = (typeof editorSchemaNames)[number];

/** A JSON Schema (draft 7, which editors know best) for a file of a kind, or for the value of `x-portico`. */
export function editorSchema(name: EditorSchemaName): unknown {
  if (name === "x-portico") return draft7(documentExtension.describe("`x-portico` beside `info`."));
  if (name === "x-portico-operation") return draft7(operationExtension.describe("`x-portico` in a path or an operation."));
  const { description, spec } = kinds[name];
  const object = z.strictObject({
    apiVersion: z.literal(apiVersion).describe("The group and version of the kind."),
    kind: z.literal(name).describe("The kind."),
    metadata: z.looseObject({ name: z.string().describe("The object's name.") }).describe("Kubernetes' metadata."),
    spec,
    status: z.unknown().optional().describe("What the operator reports."),
  });
  return draft7(object.describe(description));
}

const draft7 = (schema: z.ZodType): unknown => withoutSafeBounds(z.toJSONSchema(schema, { io: "input", target: "draft-7" }));

/** The same without the bounds that only say how large an integer a double can hold. */
function withoutSafeBounds(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutSafeBounds);
  if (!isObject(json)) return json;
  const kept = Object.entries(json).filter(([, value]) => value !== Number.MAX_SAFE_INTEGER && value !== Number.MIN_SAFE_INTEGER);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutSafeBounds(value)]));
}
