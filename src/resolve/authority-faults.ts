import { certificatesIn, leftOutIn, saysAuthorities } from "../model/certificates.ts";
import type { ValueReference } from "../model/security.ts";
import { entryOf, type Values } from "../model/values.ts";

/** What is wrong with the certificates of authorities that somebody is believed by. `named` is where they are, and `consequence` what it means that there are none. */
export function authoritiesWrong(from: ValueReference, named: string, values: Values, consequence: string): readonly string[] {
  const text = entryOf(values, from)?.reveal();
  if (text === undefined) return [`There is no ${named}, ${consequence}. Put the authorities' certificates there.`];
  const leftOut = leftOutWrong(from, named, values);
  if (certificatesIn(text).length > 0) return leftOut;
  return [...leftOut, `The ${named} holds no certificate in PEM that is taken, ${consequence}. Put the authorities' certificates there.`];
}

/** That some of them are left out, while the others count. */
export function leftOutWrong(from: ValueReference, named: string, values: Values): readonly string[] {
  const odd = leftOutIn(entryOf(values, from)?.reveal() ?? "");
  if (odd.length === 0) return [];
  const [subject, verb] = odd.length === 1 ? ["certificate", "is none"] : ["certificates", "are none"];
  return [
    `In the ${named} the ${subject} ${odd.join(", ")} ${verb} that Envoy takes (RFC 5280, section 4.1): nobody is believed for what is left out. Put there what its authority issues anew, or take it out.`,
  ];
}

/** Whether what was there before may count in their place: not where somebody says whom to believe, for others may have been taken away. */
export const mayStayBelieved = (from: ValueReference, values: Values): boolean => !saysAuthorities(entryOf(values, from)?.reveal() ?? "");
