import { createHash } from "node:crypto";
import type { Place } from "../../problem.ts";
import type { Descriptor } from "../oci.ts";
import { blobBrokeOff, notAsSaid } from "./problems.ts";
import type { Later } from "./retry.ts";

/** Thrown by a blob's stream in place of its end, which has no other way to say why there is none. */
export class BrokenBlob extends Error {
  readonly why: Later;

  constructor(why: Later) {
    super(why.later.message);
    this.why = why;
  }
}

/**
 * The bytes of a blob as they come from a place. Throws BrokenBlob where they break off, and where they are not what the descriptor says: as
 * soon as there are more, else at the end.
 */
export async function* checkedStream(
  parts: AsyncIterable<Uint8Array>,
  { digest, size }: Descriptor,
  from: Place,
): AsyncIterable<Uint8Array> {
  const hash = createHash("sha256");
  let total = 0;
  try {
    for await (const part of parts) {
      total += part.length;
      if (total > size) break;
      hash.update(part);
      yield part;
    }
  } catch {
    throw new BrokenBlob({ later: blobBrokeOff(from, digest), notBeforeMs: 0 });
  }
  // What stands between may have harmed it, once. A registry that has other bytes gives the same ones the next time.
  if (total !== size || `sha256:${hash.digest("hex")}` !== digest)
    throw new BrokenBlob({ later: notAsSaid(from, digest), notBeforeMs: 0, most: 1 });
}
