import type { Node } from "../../text/node.ts";
import type { Budget } from "./budget.ts";
import type { Follow, Schema } from "./schema.ts";

/** A value made for a schema. It is not whole where something that the schema demands was cut off. */
export interface Sampled {
  readonly value: unknown;
  readonly whole: boolean;
}

/** What stays the same, or is counted, while one sample is made; and the way back to the beginning for what is inside. */
export interface Sampling {
  readonly follow: Follow;
  readonly budget: Budget;
  readonly apart: (nodes: readonly Node[]) => Schema;
  /** A value for a schema; undefined when there is none. */
  readonly make: (schema: Schema, allowance: Allowance) => Sampled | undefined;
}

export interface Allowance {
  /** What the budget may have used before optional members are left out, in bytes. */
  readonly bytes: number;
  /** Which of the possible values, from 0: for lists whose elements must differ. */
  readonly turn: number;
}
