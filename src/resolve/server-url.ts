import type { Target } from "../model/api.ts";
import { encodeLiteral } from "./path-key.ts";

/** What a server's URL is good for. */
export interface ServerUrl {
  /** Where requests can be sent to; undefined for what is relative, or no URL of HTTP. */
  readonly target: Target | undefined;
  /** "" or a path without a slash at its end, percent-encoded as in a request. */
  readonly path: string;
}

/** A server's URL taken apart. Whatever it is, it has a path, perhaps the empty one. */
export function parseServerUrl(text: string): ServerUrl {
  const url = parsed(text.trim());
  if (url === undefined) return { target: undefined, path: "" };
  const path = basePathOf(url.pathname);
  const absolute = /^https?:\/\/[^/?#{}]+(?:[/?#]|$)/i.test(text.trim()) && url.username === "" && url.password === "";
  return { target: absolute ? targetOf(url) : undefined, path };
}

/**
 * Relative URLs, and protocol-relative ones, are read as if some server had served the document. A host with a variable that has no
 * default is none to send requests to, but what follows it is a path all the same.
 */
function parsed(text: string): URL | undefined {
  const known = text.replace(/^((?:https?:)?\/\/)[^/]*[{}][^/]*/i, "$1unknown.invalid");
  if (/[{}]/.test(known)) return undefined;
  return URL.canParse(known, "http://relative.invalid") ? new URL(known, "http://relative.invalid") : undefined;
}

function targetOf(url: URL): Target {
  const tls = url.protocol === "https:";
  return { tls, host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: url.port === "" ? (tls ? 443 : 80) : Number(url.port) };
}

/** A base path in the model's form: "" or "/v1", slashes merged, none at the end. */
function basePathOf(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  return segments.map((segment) => `/${encodeLiteral(segment)}`).join("");
}
