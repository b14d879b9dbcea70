import type { Reason } from "./reason.ts";

/** What is wrong with something a person wrote, said where they wrote it. Problems are values until the edge prints or reports them. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** Stable, CamelCase: it is the condition's reason in a cluster and the section's name in docs/errors.md. */
  readonly reason: Reason;
  /** One sentence that says what is wrong, one that says what to do. */
  readonly message: string;
  readonly where: Place;
  /** The end of what another program wrote, where that says why. */
  readonly log?: readonly string[];
}

/** A place in a source: `petstore.yaml:12:7 /paths/~1pets/get`. Lines and columns count from 1; 0 says "the file as a whole". */
export interface Place {
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** A JSON Pointer (RFC 6901); empty for the whole document. */
  readonly pointer: string;
}

/** Either the value, perhaps with warnings, or the errors that prevent it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function error(reason: Reason, where: Place, message: string): Problem {
  return { severity: "error", reason, message, where };
}

export function warning(reason: Reason, where: Place, message: string): Problem {
  return { severity: "warning", reason, message, where };
}

/** The place "somewhere in this file": for what is wrong with a file as a whole, or with no file at all. */
export function wholeFile(source: string): Place {
  return { source, line: 0, column: 0, pointer: "" };
}

/** The value unless one of the problems is an error. */
export function checked<T>(value: T, problems: readonly Problem[]): Checked<T> {
  return problems.some((problem) => problem.severity === "error") ? { ok: false, problems } : { ok: true, value, problems };
}

export function failed(...problems: readonly Problem[]): { readonly ok: false; readonly problems: readonly Problem[] } {
  return { ok: false, problems };
}

/** `petstore.yaml:12:7`, as editors and terminals understand it. */
export function showPlace({ source, line, column }: Place): string {
  return line === 0 ? source : `${source}:${line}:${column}`;
}
