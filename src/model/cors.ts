/** Which other origins a browser lets call an operation (WHATWG Fetch, section 3.2). */
export interface Cors {
  /** `*`, `https://app.example`, or with one wildcard label: `https://*.example`. */
  readonly origins: readonly string[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeSeconds: number;
  readonly credentials: boolean;
}
