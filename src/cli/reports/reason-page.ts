import type { Reason } from "../../reason.ts";

/** Where the documentation says more about a reason: the section of docs/errors.md that has its name. */
export const reasonPage = (reason: Reason): string => `docs/errors.md#${reason.toLowerCase()}`;
