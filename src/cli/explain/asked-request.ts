import { encodeLiteral } from "../../resolve/path-key.ts";

/** A request that somebody asks about, as the gateway sees it. */
export interface AskedRequest {
  /** In capitals. */
  readonly method: string;
  /** In small letters, without a port; undefined where only a path was given. */
  readonly host: string | undefined;
  /** Normalised as Envoy does: no `..`, no doubled slash, percent-encoded one way. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it was written, with its `?`; empty where there is none. */
  readonly search: string;
  /** Whether the gateway refuses the path as it was written: it has an escaped slash or backslash. */
  readonly unsafe: boolean;
}

/** The request that a method and a path, or a whole URL, stand for; undefined where they stand for none. */
export function askedRequest(method: string, target: string): AskedRequest | undefined {
  const whole = /^https?:\/\//i.test(target);
  const text = whole ? target : `http://any.invalid${target.startsWith("/") ? "" : "/"}${target}`;
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method) || !URL.canParse(text)) return undefined;
  const { hostname, pathname, searchParams, search } = new URL(text);
  const path = pathname.replaceAll(/\/+/g, "/").split("/").map(encodeLiteral).join("/");
  return {
    method: method.toUpperCase(),
    host: whole ? hostname.replace(/\.$/, "") : undefined,
    path,
    query: searchParams,
    search,
    unsafe: /%2f|%5c/i.test(pathname),
  };
}
