import type { ApiModel } from "../model/api.ts";
import { verifiersOf } from "../model/references.ts";
import { type ValueReference, valueName } from "../model/security.ts";
import { noValues, type Values } from "../model/values.ts";
import { error, type Problem, warning } from "../problem.ts";
import { type Fault, faultsOf, keysNone, usersNone } from "./value-faults.ts";

/** How bad a fault is; `mayStay` says that what was there before may go on in its place. */
type Severity = (mayStay: boolean) => Problem["severity"];

/**
 * What credentials cannot be checked with: a Secret, ConfigMap or file that is missing, or holds nothing that serves. `severity` says how bad that is. That there are no keys or users any
 * longer is never more than a warning: the last one may have been revoked. `before` is what stands in for what is wrong (see withLastGood).
 */
export function valueProblems(
  models: readonly ApiModel[],
  values: Values,
  severity: Severity,
  before: Values = noValues,
): readonly Problem[] {
  const said = (fault: Fault): Problem => {
    const say = severity(fault.mayStay) === "error" ? error : warning;
    const isKept = fault.mayStay && fault.of.some((one) => before.has(valueName(one)));
    return say("MissingValue", fault.where, isKept ? `${fault.message} Until then what it held before counts.` : fault.message);
  };
  const none = verifiersOf(models).flatMap((verifier) =>
    [...keysNone(verifier, values), ...usersNone(verifier, values)].map((message) => warning("MissingValue", verifier.where, message)),
  );
  return [...none, ...faultsOf(models, values).map(said)];
}

/**
 * Values with what was there before in place of what holds nothing that serves: a slip of the pen locks nobody out, and holds up no other change. What clients' credentials were checked
 * with and is gone is gone: it may have been revoked. Of an object that several ask for entry by entry, each entry stands for itself.
 */
export function withLastGood(models: readonly ApiModel[], values: Values, before: Values = noValues): Values {
  const lasting = faultsOf(models, values).flatMap(({ of, mayStay }) => (mayStay ? of : []));
  return lasting.reduce((kept, one) => putBack(kept, one, before), values);
}

/** Values with an object, or its one entry that is asked for, as it was before. */
function putBack(values: Values, one: ValueReference, before: Values): Values {
  const name = valueName(one);
  const last = before.get(name);
  if (last === undefined || one.key === undefined) return last === undefined ? values : new Map([...values, [name, last]]);
  const entry = last.get(one.key);
  return entry === undefined ? values : new Map([...values, [name, new Map([...(values.get(name) ?? []), [one.key, entry]])]]);
}
