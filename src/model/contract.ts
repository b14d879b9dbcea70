import type { Limit, Measure } from "./limit.ts";
import type { PathTemplate, QueryCondition } from "./path.ts";
import type { OperationValidation } from "./validation.ts";

/** What an API lets its clients rely on: two of them tell whether an update breaks something. */
export interface ApiContract {
  readonly name: string;
  /** "" or "/v1", without a slash at its end. */
  readonly basePath: string;
  readonly operations: readonly OperationContract[];
  /** JSON Schemas (draft 2020-12) by their names; one refers to another as `#/$defs/name`. */
  readonly schemas: Readonly<Record<string, unknown>>;
}

export interface OperationContract {
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** As the document writes it, base path included. */
  readonly template: string;
  /** With the base path left out. */
  readonly path: PathTemplate;
  readonly query: readonly QueryCondition[];
  /** Alternatives, each of credentials that are needed together; none where it is open. */
  readonly alternatives: readonly (readonly NeededCredential[])[];
  readonly limits: readonly PromisedLimit[];
  /** Undefined where nothing is known of its messages. */
  readonly messages: OperationValidation | undefined;
  /** Where it is written. */
  readonly where: { readonly source: string; readonly pointer: string };
}

/** How much is let through, as far as it is promised. */
export interface PromisedLimit extends Pick<Limit, "name" | "most" | "seconds"> {
  readonly measure: Measure;
  /** What must be the same for two limits to be compared: what they count together, apart, and of which requests. */
  readonly counts: string;
}

export interface NeededCredential {
  /** The scheme's name. */
  readonly scheme: string;
  readonly scopes: readonly string[];
}

/** What limits promise: one that only marks refuses nobody. */
export const promisedLimits = (limits: readonly Limit[]): readonly PromisedLimit[] =>
  limits.flatMap(({ name, most, seconds, counted, scope, key, conditions, needsAll, onExcess }) => {
    const measure = scope.kind === "local" ? "requests" : scope.measure;
    const counts = JSON.stringify([counted, measure, key, conditions, needsAll]);
    return onExcess === "mark" ? [] : [{ name, most, seconds, measure, counts }];
  });
