import { _, Name } from "ajv/dist/compile/codegen/index.js";
import type { CodeKeywordDefinition } from "ajv/dist/types/index.js";
import ajvs from "ajv/dist/vocabularies/unevaluated/unevaluatedProperties.js";

const { default: original } = ajvs;

/**
 * Ajv's `unevaluatedProperties`. The members that choices have taken stand in an object, in which Ajv looks for each name; here it is one without a prototype, for `constructor` and
 * `__proto__` are in every other one.
 */
export const unevaluatedProperties: CodeKeywordDefinition = {
  ...original,
  code(cxt, ruleType) {
    const { gen, it } = cxt;
    const { props } = it;
    if (props instanceof Name)
      gen.if(_`${props} && ${props} !== true`, () => gen.assign(props, _`Object.assign(Object.create(null), ${props})`));
    original.code(cxt, ruleType);
  },
};
