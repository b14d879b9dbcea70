import { z } from "zod";
import { division, type Fielded } from "../src/api/enforced.ts";
import { celRules } from "../src/api/law.ts";
import { alternatives, fields, inside, type Schema } from "../src/api/walk.ts";

const tick = (text: string): string => `\`${text}\``;

/** A cell of a Markdown table. */
export const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The kind of value that a schema takes, in words. */
export function typeWords(schema: Schema): string {
  return [...new Set(alternatives(schema).map(oneType))].join(" or ");
}

function oneType(schema: Schema): string {
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => tick(String(option))).join(", ");
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => tick(String(value))).join(", ");
  if (schema instanceof z.ZodArray) return `list of ${typeWords(schema.element)}`;
  if (schema instanceof z.ZodRecord) return `map to ${typeWords(schema.valueType)}`;
  return plainType(schema);
}

function plainType(schema: Schema): string {
  if (schema instanceof z.ZodObject) return "object";
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodNumber) return schema.format === "safeint" ? "whole number" : "number";
  return schema instanceof z.ZodString || schema instanceof z.ZodISODate || schema instanceof z.ZodISODateTime ? "text" : "anything";
}

/** What is said of a field, where it or what is behind it says something. */
export function described(schema: Schema): string | undefined {
  return z.globalRegistry.get(schema)?.description;
}

const isNeeded = (schema: Schema): boolean => inside(schema) === schema;

/** Whether a field is the outermost of what is refused in this version. */
function comesLater(kind: Fielded | undefined, path: string): boolean {
  return kind !== undefined && division[kind].notYet.some((one) => one.values === undefined && one.path === path);
}

/** A table of all fields of a schema; `kind` is whose column of what is not done yet counts. */
export function fieldTable(schema: Schema, kind: Fielded | undefined, only: (path: string) => boolean = () => true): string {
  const rows = fields(schema)
    .filter(({ path }) => !path.endsWith("[]") && !path.endsWith("*") && only(path))
    .map(({ path, schema: field }) => {
      const marks = `${isNeeded(field) ? " **Needed.**" : ""}${comesLater(kind, path) ? " *Not yet.*" : ""}`;
      return `| ${tick(path)} | ${cell(typeWords(field))} | ${cell(`${described(field) ?? ""}${marks}`)} |`;
    });
  return ["| Field | Takes | Meaning |", "|---|---|---|", ...rows].join("\n");
}

/** The laws that cross the fields of a schema, each with the field it is about. */
export function lawList(schema: Schema): string {
  const own = (at: string, one: Schema): readonly string[] =>
    [...new Set(alternatives(one))].flatMap((option) => (celRules.get(option)?.rules ?? []).map(({ message }) => `- ${at}${message}`));
  const below = fields(schema).flatMap(({ path, schema: field }) => own(`${tick(path)}: `, field));
  return [...own("", schema), ...below].join("\n");
}
