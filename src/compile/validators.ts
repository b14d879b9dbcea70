import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import type { RegExpEngine } from "ajv/dist/types/index.js";
import addFormats from "ajv-formats";
import type { ApiModel } from "../model/api.ts";
import type { ApiValidation, OperationValidation } from "../model/validation.ts";
import { linearPattern } from "../text/linear-pattern.ts";
import { withBoundedErrors } from "./bounded-errors.ts";
import { withOwnNames } from "./own-names.ts";
import { unevaluatedProperties } from "./unevaluated.ts";
import { uniqueItems } from "./unique-items.ts";

export const validatorsFolder = "image/validators/";

/** Where the image part keeps what the policy agent holds messages of an API against. Others have another name: those before stay there while they count. */
export const validatorsPath = (api: string, hash: string): string => `${validatorsFolder}${api}-${hash}.js`;

export const isValidators = (path: string): boolean => path.startsWith(validatorsFolder);

/** What validators are made to ask for by name, and the policy agent gives them. */
const patternModule = "portico/pattern";

/** The validators of each API, by where they are kept. */
export const validatorFiles = (apis: readonly ApiModel[]): readonly (readonly [path: string, text: string])[] =>
  apis.flatMap(({ name, basePath, validation }) =>
    validation === undefined || validation.operations.length === 0
      ? []
      : [[validatorsPath(name, validation.hash), validatorsOf(basePath, validation)] as const],
  );

/** A pattern takes a time that grows with the text alone, whatever a document says. Ajv tells patterns apart by how they show. */
const linear: RegExpEngine = Object.assign(
  (pattern: string) => ({ test: (text: string) => linearPattern(pattern)?.test(text) ?? true, toString: () => pattern }),
  { code: `require(${JSON.stringify(patternModule)}).compile` },
);

/**
 * A program (CommonJS) with `rules`, what operations are held against, and beside them a function for each schema that they name. Ajv writes it, so that what runs beside
 * a gateway makes no code of a document.
 */
function validatorsOf(basePath: string, { schemas, operations }: ApiValidation): string {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    validateSchema: false,
    // A member that every object of JavaScript has is none of the message's.
    ownProperties: true,
    // 19.99 is a multiple of 0.01, whatever its binary form says.
    multipleOfPrecision: 9,
    // What is beyond all numbers, as 1e400 becomes, is none.
    strictNumbers: true,
    logger: false,
    // Lines make it readable in a review, and cost nothing.
    code: { source: true, lines: true, regExp: linear },
  });
  addFormats.default(ajv);
  ajv.removeKeyword("unevaluatedProperties").addKeyword(unevaluatedProperties);
  ajv.removeKeyword("uniqueItems").addKeyword(uniqueItems);
  ajv.addSchema({ $id: "document", $defs: schemas });
  const names = new Set(operations.flatMap(schemasOf));
  const code = standalone.default(ajv, Object.fromEntries([...names].toSorted().map((name) => [name, `document#/$defs/${name}`])));
  // As a text: in an object of a program `__proto__` is no member.
  return `${withOwnNames(withBoundedErrors(code))}\nexports.rules = JSON.parse(${JSON.stringify(JSON.stringify({ basePath, operations }))});\n`;
}

const schemasOf = ({ parameters, body, responses = [] }: OperationValidation): readonly string[] => {
  const contents = [...(body?.contents ?? []), ...responses.flatMap((response) => response.contents)];
  const values = [...parameters, ...responses.flatMap(({ headers }) => headers)];
  return [...values.map(({ schema }) => schema), ...contents.flatMap(({ schema }) => schema ?? [])];
};
