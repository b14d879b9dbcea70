import type { Place } from "../problem.ts";

/** A change of a gateway's configuration as its API's owner wrote it, which Portico has no word for. */
export type Patch = { readonly changes: readonly Change[]; readonly where: Place } & (
  | { readonly of: "listener" }
  /** Each route of an operation, by its id; undefined for the route configuration as a whole. */
  | { readonly of: "routes"; readonly operation: string | undefined }
  /** The cluster of a backend; undefined for each. */
  | { readonly of: "clusters"; readonly backend: string | undefined }
);

/** A step of JSON Patch (RFC 6902). */
export interface Change {
  readonly op: "add" | "remove" | "replace";
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly value: unknown;
}
