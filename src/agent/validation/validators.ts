import { compileFunction } from "node:vm";
import equal from "ajv/dist/runtime/equal.js";
import ucs2length from "ajv/dist/runtime/ucs2length.js";
import uri from "ajv/dist/runtime/uri.js";
import validationError from "ajv/dist/runtime/validation_error.js";
import { z } from "zod";
import type { OperationValidation } from "../../model/validation.ts";
import { operationRules } from "../../model/validation-rules.ts";
import { linearPattern } from "../../text/linear-pattern.ts";
import { repeatedIn } from "../../text/repeated.ts";
import { formats } from "./formats.ts";
import { type PathTexts, pathTextsOf } from "./path-texts.ts";
import { failures, type Validator } from "./violation.ts";

/** What the requests of an API are held against. */
export interface Validators {
  /** By their ids. */
  readonly operations: ReadonlyMap<string, { readonly rules: OperationValidation; readonly pathTexts: PathTexts }>;
  /** By the names of schemas. */
  readonly validators: ReadonlyMap<string, Validator>;
}

/** A function that Ajv has written: it keeps what is wrong beside itself. */
const validate = z.custom<((value: unknown) => boolean) & { readonly errors?: unknown }>((value) => typeof value === "function");

const program = z.object({ rules: z.object({ basePath: z.string(), operations: z.array(operationRules) }) }).catchall(validate);

/** What the program of a gateway's image may ask for, and nothing else. */
const modules: Readonly<Record<string, unknown>> = {
  "ajv/dist/runtime/equal": equal,
  "ajv/dist/runtime/ucs2length": ucs2length,
  "ajv/dist/runtime/uri": uri,
  "ajv/dist/runtime/validation_error": validationError,
  "ajv-formats/dist/formats": formats,
  "portico/repeated": { repeatedIn },
  "portico/pattern": { compile: (pattern: string) => linearPattern(pattern) ?? { test: () => true } },
};

/** Reads the program that an image has for an API; throws where it is none. */
export function validatorsIn(text: string): Validators {
  const exported = {};
  compileFunction(text, ["exports", "require"])(exported, (name: string) => modules[name]);
  const { rules, ...functions } = program.parse(exported);
  return {
    operations: new Map(
      rules.operations.map((one) => [one.operation, { rules: one, pathTexts: pathTextsOf(one.path, rules.basePath) }] as const),
    ),
    validators: new Map(Object.entries(functions).map(([name, check]) => [name, validatorOf(check)] as const)),
  };
}

const validatorOf =
  (check: z.infer<typeof validate>): Validator =>
  (value) =>
    check(value) ? [] : failures.parse(check.errors);
