import type { ParameterRule } from "../../model/validation.ts";
import { decoded, fromQuery, type Meanings, type Pairs, pairMeanings, pairsOf, split, textMeanings } from "./texts.ts";
import type { Validator, Violation } from "./violation.ts";
import { violationsOf } from "./violation.ts";

/** Where the parameters of a request stand. */
export interface ParameterSources {
  /** Texts of the path's parameters, percent-encoded. */
  readonly path: ReadonlyMap<string, string>;
  readonly query: Pairs;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: Pairs;
}

/** The pairs of a cookie header (RFC 6265, section 4.2). */
export const cookiesIn = (header: string | undefined): Pairs =>
  (header ?? "")
    .split(";")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map(split);

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
    const { found, meanings } = meaningsOf(rule, sources);
    if (!found) return rule.isRequired ? [{ ...place, pointer: "#", detail: "must be there", rule: "required" }] : [];
    if (meanings === undefined)
      return [
        { ...place, pointer: "#", detail: "cannot be read: it stands there more than once, or is not percent-encoded", rule: "form" },
      ];
    const validate = validators.get(rule.schema);
    if (validate === undefined) throw new Error("a schema is missing");
    return violationsOf(place, leastWrong(meanings, validate));
  });
}

/** The failures of the likeliest meaning, and none where another one is right. */
export function leastWrong(meanings: NonNullable<Meanings>, validate: Validator): ReturnType<Validator> {
  const [first, ...others] = meanings;
  const failures = validate(first);
  return failures.length > 0 && others.some((meaning) => validate(meaning).length === 0) ? [] : failures;
}

const absent = { found: false, meanings: undefined };

function meaningsOf(
  { in: place, name, form }: ParameterRule,
  sources: ParameterSources,
): { readonly found: boolean; readonly meanings: Meanings } {
  if (form.kind === "json") {
    const text = textOf(place, name, sources);
    return text === undefined ? absent : { found: true, meanings: parsed(text) };
  }
  switch (place) {
    case "query":
      return pairMeanings(name, form, sources.query, fromQuery);
    case "cookie":
      return pairMeanings(name, form, sources.cookies, decoded);
    case "header": {
      const text = sources.headers[name];
      return text === undefined ? absent : { found: true, meanings: textMeanings(text, form, (part) => part.trim()) };
    }
    case "path": {
      const text = sources.path.get(name);
      if (text === undefined) return absent;
      const value = withoutPrefix(text, name, form.style);
      return { found: true, meanings: value === undefined ? undefined : textMeanings(value, form, decoded) };
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

function textOf(place: ParameterRule["in"], name: string, { path, query, headers, cookies }: ParameterSources): string | undefined {
  const first = (pairs: Pairs): string | undefined => pairs.find(([key]) => key === name)?.[1];
  switch (place) {
    case "path":
      return decoded(path.get(name) ?? "");
    case "query": {
      const text = first(query);
      return text === undefined ? undefined : (fromQuery(text) ?? "");
    }
    case "cookie": {
      const text = first(cookies);
      return text === undefined ? undefined : (decoded(text) ?? "");
    }
    case "header":
      return headers[name];
  }
}

function parsed(text: string): Meanings {
  try {
    return [JSON.parse(text)];
  } catch {
    return undefined;
  }
}
