import type { Place } from "../problem.ts";

/** A change of a gateway's configuration as its API's owner wrote it, which Portico has no word for. */
export type PatchBody = { readonly changes: readonly Change[] } & (
  | { readonly of: "listener" }
  /** Each route of an operation, by its id; undefined for the route configuration as a whole. */
  | { readonly of: "routes"; readonly operation: string | undefined }
  /** The cluster of a backend; undefined for each. */
  | { readonly of: "clusters"; readonly backend: string | undefined }
);

/** The same, and where it is said. */
export type Patch = PatchBody & { readonly where: Place };

/** A step of JSON Patch (RFC 6902). */
export interface Change {
  readonly op: "add" | "remove" | "replace";
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly value: unknown;
}

/** Patches without where they are said, which is nobody's business but their owner's. */
export const patchBodies = (patches: readonly Patch[]): readonly PatchBody[] => patches.map(({ where: _, ...patch }) => patch);
