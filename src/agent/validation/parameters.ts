import type { ParameterRule } from "../../model/validation.ts";
import { type Found, foundIn, type Pairs } from "./found.ts";
import { jsonOf, unread } from "./json.ts";
import { leastWrong } from "./least-wrong.ts";
import { isMember, pairMeanings, pairsOf, textsNamed } from "./pairs.ts";
import { type Decode, decoded, fromQuery, split, textMeanings } from "./texts.ts";
import type { Validator, Violation } from "./violation.ts";
import { violationsOf } from "./violation.ts";

/** Where the parameters of a request stand. */
export interface ParameterSources {
  /** Texts of the path's parameters, percent-encoded. */
  readonly path: ReadonlyMap<string, string>;
  readonly query: Pairs;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: Cookies;
}

/** Cookies of a request. */
interface Cookies {
  readonly pairs: Pairs;
  /** What stands behind a comma, by its name. Envoy joins several headers with commas, and some read one as several: to them it is a cookie. */
  readonly behindCommas: readonly string[];
}

export const noCookies: Cookies = { pairs: [], behindCommas: [] };

/** The pairs of a cookie header (RFC 6265, section 4.2). */
export function cookiesIn(header: string | undefined): Cookies {
  const written = (header ?? "").split(";").flatMap((one) => one.trim() || []);
  const behind = written.flatMap((one) => one.split(",").slice(1));
  return { pairs: written.map(split), behindCommas: behind.map((one) => split(one)[0].trim()) };
}

export const queryOf = (path: string): Pairs => {
  const at = path.indexOf("?");
  return at === -1 ? [] : pairsOf(path.slice(at + 1));
};

/** In what the parameters of a request are not what they should be. */
export function parameterViolations(
  rules: readonly ParameterRule[],
  sources: ParameterSources,
  validators: ReadonlyMap<string, Validator>,
): readonly Violation[] {
  return rules.flatMap((rule) => {
    const place = { in: rule.in, name: rule.name };
    if (rule.mayBeEmpty === true && isEmpty(textsNamed(rule.name, sources.query))) return [];
    const found = meaningsOf(rule, sources);
    if (found === undefined) return rule.isRequired ? [{ ...place, pointer: "#", detail: "must be there", rule: "required" }] : [];
    if (!found.ok) return [{ ...place, pointer: "#", detail: found.detail, rule: found.rule }];
    const validate = validators.get(rule.schema);
    if (validate === undefined) throw new Error("a schema is missing");
    return violationsOf(place, leastWrong(found.meanings, validate));
  });
}

const isEmpty = ([text, ...others]: readonly string[]): boolean => text === "" && others.length === 0;

/** Whether others read a cookie in another way: what is no list, and no JSON, has no comma (RFC 6265, section 4.1.1). */
function isAmbiguous({ name, form }: ParameterRule, { pairs, behindCommas }: Cookies): boolean {
  const isIts = (key: string): boolean => key === name || (form.kind === "style" && isMember(key, form));
  const hasCommas = form.kind === "json" || (!form.explode && (form.reading.items ?? form.reading.members) !== undefined);
  return behindCommas.some(isIts) || (!hasCommas && pairs.some(([key, text]) => isIts(key) && text.includes(",")));
}

/** What a parameter may stand for. */
function meaningsOf(rule: ParameterRule, sources: ParameterSources): Found {
  const { in: place, name, form } = rule;
  if (place === "cookie" && isAmbiguous(rule, sources.cookies)) return unread("cannot be read: a comma stands in it, or before it");
  if (form.kind === "json") return jsonMeanings(textsOf(place, name, sources));
  switch (place) {
    case "query":
      return pairMeanings(name, form, sources.query, fromQuery);
    case "cookie":
      return pairMeanings(name, form, sources.cookies.pairs, decoded);
    case "header": {
      const text = sources.headers[name];
      return text === undefined ? undefined : foundIn(textMeanings(text, form, (part) => part.trim()));
    }
    case "path": {
      const text = sources.path.get(name);
      if (text === undefined) return undefined;
      const value = withoutPrefix(text, name, form.style);
      return foundIn(value === undefined ? undefined : textMeanings(value, form, decoded));
    }
  }
}

/** What stands before a value in the path by its style (RFC 6570, sections 3.2.5 and 3.2.7), which then has commas. */
function withoutPrefix(text: string, name: string, style: string): string | undefined {
  if (style === "label") return text.startsWith(".") ? text.slice(1).replaceAll(".", ",") : undefined;
  if (style !== "matrix") return text;
  const before = `;${name}=`;
  return text.startsWith(before) ? text.slice(before.length).replaceAll(before, ",") : undefined;
}

/** A value in JSON stands there once. */
function jsonMeanings([text, ...others]: readonly (string | undefined)[]): Found {
  if (text === undefined) return undefined;
  const json = others.length > 0 ? unread("must stand there once") : jsonOf(text);
  return json.ok ? { ok: true, meanings: [json.value] } : json;
}

/** What stands there for a name, decoded. */
function textsOf(place: ParameterRule["in"], name: string, { path, query, headers, cookies }: ParameterSources) {
  const all = (pairs: Pairs, decode: Decode) => textsNamed(name, pairs).map((text) => decode(text) ?? "");
  switch (place) {
    case "path":
      return [decoded(path.get(name) ?? "") ?? ""];
    case "query":
      return all(query, fromQuery);
    case "cookie":
      return all(cookies.pairs, decoded);
    case "header":
      return [headers[name]];
  }
}
