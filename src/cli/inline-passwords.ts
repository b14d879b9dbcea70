import { secretName } from "../openapi/wso2/endpoint.ts";
import { Redacted } from "../redacted.ts";
import { isObject } from "../text/node.ts";

/** A backend's password that stands in a document, and the Secret that it belongs into. */
interface InlinePassword {
  readonly secret: string;
  readonly username: string;
  readonly password: Redacted;
}

/** All of a document, each once: of WSO2's endpoints (`securityConfig`), and of URLs. Several may belong into Secrets of one name. */
export function inlinePasswords(document: unknown): readonly InlinePassword[] {
  const found = new Map<string, InlinePassword>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    for (const one of [ofEndpoint(value), ofUrl(value.url)])
      if (one !== undefined) found.set(JSON.stringify([one.secret, one.username, one.password.reveal()]), one);
    Object.values(value).forEach(visit);
  };
  visit(document);
  return [...found.values()];
}

function ofEndpoint({ urls, securityConfig }: Readonly<Record<string, unknown>>): InlinePassword | undefined {
  if (!isObject(securityConfig)) return undefined;
  const { username, password } = securityConfig;
  const [first] = Array.isArray(urls) ? urls : [];
  if (typeof username !== "string" || typeof password !== "string") return undefined;
  return { secret: `${secretName(typeof first === "string" ? first : "")}-credentials`, username, password: new Redacted(password) };
}

function ofUrl(url: unknown): InlinePassword | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const { username, password } = new URL(url);
  if (username === "" || password === "") return undefined;
  return {
    secret: `${secretName(url)}-credentials`,
    username: decoded(username),
    password: new Redacted(decoded(password)),
  };
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
