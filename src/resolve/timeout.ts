import type { z } from "zod";
import { milliseconds } from "../api/duration.ts";
import type { operationExtension } from "../api/x-portico.ts";
import { child, type Node } from "../text/node.ts";
import type { Extension } from "./extension.ts";

/** How long an answer may take, and where a document says it. */
export interface SaidTimeout {
  readonly timeoutMs: number;
  readonly where: Node;
}

/**
 * What the levels of an operation, the innermost first, say of its timeout: the first that says something decides, by its `timeout`, or by the one of
 * its `backend` unless a level further in names another backend.
 */
export function saidTimeout(levels: readonly (Extension<z.infer<typeof operationExtension>> | undefined)[]): SaidTimeout | undefined {
  let chosen = false;
  for (const level of levels) {
    if (level === undefined) continue;
    const { timeout, backend } = level.fields;
    if (timeout !== undefined) return { timeoutMs: milliseconds(timeout), where: level.at("timeout") };
    if (!chosen && typeof backend === "object" && backend.timeout !== undefined) {
      const where = child(level.at("backend"), "timeout");
      // A key of WSO2's says it elsewhere than `timeout`.
      return { timeoutMs: milliseconds(backend.timeout), where: where.value === undefined ? level.at("backend") : where };
    }
    chosen ||= backend !== undefined;
  }
  return undefined;
}
