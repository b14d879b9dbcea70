import type { Alternative, Security } from "../../model/security.ts";
import { isShown } from "./client-names.ts";

/** That what a Security's credential says is surely its caller's, in CEL; undefined where it always is. */
export type Speaks = (security: Security) => string | undefined;

/**
 * A token may be refused, for want of a scope say, and stand beside another credential that is let in: then it is nobody's to say what the request is. So a Security speaks where every
 * alternative needs it, or where none is met that does without it.
 */
export const speaking =
  (alternatives: readonly Alternative[], securities: readonly Security[]): Speaks =>
  ({ name }) => {
    const without = alternatives.filter((all) => all.every(({ security }) => security !== name));
    if (without.length === 0) return undefined;
    const met = without.map((all) => {
      const shown = all.flatMap(({ security }) => securities.filter((one) => one.name === security).map(isShown));
      return `(${shown.map((one) => `(${one})`).join(" && ")})`;
    });
    return `!(${met.join(" || ")})`;
  };

/** That something holds, and is surely the caller's. */
export const surely = (condition: string, speaks: string | undefined): string =>
  speaks === undefined ? condition : `(${condition} && ${speaks})`;
