import { createHash } from "node:crypto";
import type { GatewayFiles } from "../compile/engine.ts";

/** SHA-256, in hexadecimal, over a gateway's files: their paths and all that is in them. */
export const filesHash = (files: GatewayFiles): string =>
  createHash("sha256")
    .update(JSON.stringify([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");
