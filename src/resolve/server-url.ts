import type { Target } from "../model/backend.ts";
import { encodeLiteral } from "./path-key.ts";

/** What a server's URL is good for. */
export interface ServerUrl {
  /** Where requests can be sent to, or a word for why there is no such place. */
  readonly target: Target | "relative" | "password" | "malformed";
  /** "" or a path without a slash at its end, percent-encoded as in a request. */
  readonly path: string;
  /** Whether it has a query or fragment, which no server has (OpenAPI 3.2, section 4.6). */
  readonly hasQuery: boolean;
}

/** A server's URL taken apart. Whatever it is, it has a path, perhaps the empty one. */
export function parseServerUrl(text: string): ServerUrl {
  const url = parsed(text.trim());
  const isAbsolute = /^https?:/i.test(text.trim());
  if (url === undefined) return { target: isAbsolute ? "malformed" : "relative", path: "", hasQuery: false };
  return { target: targetOf(text.trim(), url), path: basePathOf(url.pathname), hasQuery: url.search !== "" || url.hash !== "" };
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

function targetOf(text: string, url: URL): ServerUrl["target"] {
  if (url.username !== "" || url.password !== "") return "password";
  if (!/^https?:/i.test(text)) return "relative";
  // A browser's way with missing slashes and empty labels is not one to follow.
  if (!/^https?:\/\/[^/?#{}\\]+(?:[/?#]|$)/i.test(text) || /^\.|\.\./.test(url.hostname)) return "malformed";
  const tls = url.protocol === "https:";
  const port = url.port === "" ? (tls ? 443 : 80) : Number(url.port);
  return port === 0 ? "malformed" : { tls, host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port };
}

/** A base path in the model's form: "" or "/v1", slashes merged, none at the end. */
function basePathOf(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  return segments.map((segment) => `/${encodeLiteral(segment)}`).join("");
}
