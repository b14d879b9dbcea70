/** What a registry asks for (RFC 9110, section 11.6.1; Docker: "Token authentication"). */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service: string | undefined; readonly scope: string | undefined };

const parameter = /([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g;

/** The challenge of a WWW-Authenticate field that can be met: a Bearer's before Basic. Undefined where there is none. */
export function parseChallenge(field: string): Challenge | undefined {
  const challenges = field.split(/,\s*(?=(?:bearer|basic)\b)/i).map(parseOne);
  return challenges.find((challenge) => challenge?.scheme === "bearer") ?? challenges.find((challenge) => challenge !== undefined);
}

function parseOne(text: string): Challenge | undefined {
  const [, scheme = ""] = /^\s*([A-Za-z]+)/.exec(text) ?? [];
  if (scheme.toLowerCase() === "basic") return { scheme: "basic" };
  if (scheme.toLowerCase() !== "bearer") return undefined;
  const found = new Map<string, string>();
  for (const [, name = "", quoted, plain] of text.matchAll(parameter)) {
    found.set(name.toLowerCase(), quoted === undefined ? (plain ?? "") : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  const realm = found.get("realm");
  return realm === undefined ? undefined : { scheme: "bearer", realm, service: found.get("service"), scope: found.get("scope") };
}
