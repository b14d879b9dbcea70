import type { WantedValue } from "../../model/limit.ts";
import type { Security } from "../../model/security.ts";
import { isTold } from "./claim-values.ts";
import { agentMetadata, tokenMetadata } from "./credential-names.ts";

// What tokens say, in CEL. Each expression has a value for every request: one that has none is an error, and an error would count nothing.

const all = "metadata.filter_metadata";
const quoted = (text: string): string => JSON.stringify(text.toWellFormed());

/** What stands for a claim that is not there; a claim's own text may be the same, and then counts with those. */
export const nothing = quoted("@none");

/** Whether one of these holds; none of none does. */
export const anyOf = (conditions: readonly string[]): string => (conditions.length === 0 ? "false" : conditions.join(" || "));

/** Where the claims of a Security's token stand; undefined where it has none. */
export function claims({ name, token, asked }: Security): { readonly at: string; readonly areThere: string } | undefined {
  const filter = token !== undefined ? tokenMetadata : asked?.kind === "token" ? agentMetadata : undefined;
  if (filter === undefined) return undefined;
  const [by, key] = [quoted(filter), quoted(name)];
  return { at: `${all}[${by}][${key}]`, areThere: `(${by} in ${all} && ${key} in ${all}[${by}])` };
}

/** A claim under its own name, or, where that has dots, within objects; the ways to it, and whether one leads to something. */
function ways(at: string, claim: string): readonly { readonly value: string; readonly isThere: string }[] {
  const paths = claim.includes(".") ? [[claim], claim.split(".")] : [[claim]];
  return paths.map((path) => {
    const steps = path.map((key, index) => {
      const before = `${at}${path
        .slice(0, index)
        .map((one) => `[${quoted(one)}]`)
        .join("")}`;
      return `${index === 0 ? "" : `type(${before}) == map && `}${quoted(key)} in ${before}`;
    });
    return { value: `${at}${path.map((one) => `[${quoted(one)}]`).join("")}`, isThere: steps.join(" && ") };
  });
}

/** A claim's text, where the Security's token is there. */
export function claimText(security: Security, claim: string): string {
  const found = claims(security);
  if (found === undefined) return nothing;
  return ways(found.at, claim).reduceRight((otherwise, { value, isThere }) => `(${isThere} ? ${told(value)} : ${otherwise})`, nothing);
}

/**
 * A claim's value, as it tells one from another: Envoy writes six digits of a number. Beyond what a double tells apart a number is nobody's, for it would be its neighbours', too.
 */
export const told = (value: string): string =>
  `(type(${value}) != double ? ${value} : ${value} > -${largest} && ${value} < ${largest} && ${value} == double(int(${value})) ? int(${value}) : ${nothing})`;

const largest = `${Number.MAX_SAFE_INTEGER}.0`;

/** Whether a Security's token has a claim with a value, as itself or in a list, or with a text that an expression matches; undefined where it has no claims. */
export function claimIs(security: Security, claim: string, wanted: WantedValue): string | undefined {
  const found = claims(security);
  if (found === undefined) return undefined;
  const some = ways(found.at, claim).map(({ value, isThere }) =>
    wanted.kind === "any"
      ? `(${isThere})`
      : `(${isThere} && ${wanted.kind === "exact" ? isValue(value, wanted.text) : matches(value, wanted.pattern)})`,
  );
  return `(${found.areThere} && (${some.join(" || ")}))`;
}

/** A text that an expression matches as a whole. */
const matches = (at: string, pattern: string): string => `type(${at}) == string && ${at}.matches(${quoted(`^(?:${pattern})$`)})`;

/** A number of JSON's, as CEL writes one that is no whole number by its type (CEL: "Language Definition", numeric values). */
const doubled = (number: number): string => (/[.e]/.test(String(number)) ? String(number) : `${number}.0`);

/** A value as JSON may have it: a text, a number or truth value that is written so, or one of a list. */
function isValue(at: string, text: string): string {
  const number = isTold(text) ? [doubled(Number(text))] : [];
  const truth = text === "true" || text === "false" ? [text] : [];
  const forms = [quoted(text), ...number, ...truth];
  const same = forms.map((one) => `${at} == ${one}`);
  return `(${[...same, `(type(${at}) == list && (${forms.map((one) => `${one} in ${at}`).join(" || ")}))`].join(" || ")})`;
}
