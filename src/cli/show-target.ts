import { isIPv6 } from "node:net";
import type { Target } from "../model/backend.ts";

/** A target as a URL, with the path that its backend puts before a request's: `https://pets.example/v1`. */
export function showTarget({ tls, host, port }: Target, path: string): string {
  const shownHost = isIPv6(host) ? `[${host}]` : host;
  return `${tls ? "https" : "http"}://${shownHost}${port === (tls ? 443 : 80) ? "" : `:${port}`}${path}`;
}
