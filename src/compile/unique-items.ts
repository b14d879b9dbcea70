import { _ } from "ajv/dist/compile/codegen/index.js";
import { useFunc } from "ajv/dist/compile/util.js";
import type { CodeKeywordDefinition } from "ajv/dist/types/index.js";
import uniques from "ajv/dist/vocabularies/validation/uniqueItems.js";
import { repeatedIn } from "../text/repeated.ts";

const { default: original } = uniques;

/** What validators are made to ask for by name, and the policy agent gives them. */
const repeated = Object.assign(repeatedIn, { code: 'require("portico/repeated").repeatedIn' });

/** Ajv's `uniqueItems`, in a time that grows with the message: Ajv compares each item with each, so that a message of 90 kB takes a second. */
export const uniqueItems: CodeKeywordDefinition = {
  ...original,
  code(cxt) {
    const { gen, data, schema } = cxt;
    if (schema !== true) return;
    const found = gen.const("found", _`${useFunc(gen, repeated)}(${data})`);
    cxt.setParams({ i: _`${found}.at`, j: _`${found}.before` });
    cxt.pass(_`${found} === undefined`);
  },
};
