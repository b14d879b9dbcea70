import { z } from "zod";
import { isObject } from "../text/node.ts";

/** A law that crosses the fields of an object, said twice: as a function for documents and files, as CEL for the cluster. */
export interface Law<T> {
  /** What is wrong, and what to do. */
  readonly message: string;
  readonly holds: (value: T) => boolean;
  /** The same in CEL, with `self` for the object (Kubernetes: x-kubernetes-validations). Undefined where no CRD holds the schema. */
  readonly cel?: string;
}

/** The CEL rules of every schema that has some; CRDs are generated with them. */
export const celRules = z.registry<{ readonly rules: readonly { readonly rule: string; readonly message: string }[] }>();

/** The schema under one more law. */
export function under<T extends z.ZodType>(schema: T, { message, holds, cel }: Law<z.output<T>>): T {
  const bound = schema.check((payload) => {
    if (!holds(payload.value)) payload.issues.push({ code: "custom", message, input: payload.value, path: [] });
  });
  const before = celRules.get(schema)?.rules ?? [];
  if (cel !== undefined) celRules.add(bound, { rules: [...before, { rule: cel, message }] });
  return bound;
}

const quoted = (keys: readonly string[]): string => keys.map((key) => `\`${key}\``).join(", ");

function given(value: unknown, keys: readonly string[]): number {
  return isObject(value) ? keys.filter((key) => value[key] !== undefined).length : 0;
}

const countInCel = (keys: readonly string[]): string => keys.map((key) => `(has(self.${key}) ? 1 : 0)`).join(" + ");

/** Exactly one of the fields is given: Kubernetes' way to say a union. */
export function exactlyOne<T extends z.ZodObject>(schema: T, ...keys: readonly string[]): T {
  return under(schema, {
    message: `Exactly one of ${quoted(keys)} says what is meant here. Give one, and leave the others out.`,
    holds: (value) => given(value, keys) === 1,
    cel: `${countInCel(keys)} == 1`,
  });
}

/** The fields exclude each other. */
export function atMostOne<T extends z.ZodObject>(schema: T, ...keys: readonly string[]): T {
  return under(schema, {
    message: `Of ${quoted(keys)} only one can hold at a time. Leave the others out.`,
    holds: (value) => given(value, keys) <= 1,
    cel: `${countInCel(keys)} <= 1`,
  });
}
