import { createHash } from "node:crypto";
import type { Descriptor } from "../oci.ts";

/** The bytes of a stream, which throws at its end unless there were as many as a descriptor says, with its digest; and before that when there are more. */
export async function* checkedStream(parts: AsyncIterable<Uint8Array>, { digest, size }: Descriptor): AsyncIterable<Uint8Array> {
  const hash = createHash("sha256");
  let total = 0;
  for await (const part of parts) {
    total += part.length;
    if (total > size) throw new Error(`more than ${size} bytes came for ${digest}`);
    hash.update(part);
    yield part;
  }
  if (total !== size || `sha256:${hash.digest("hex")}` !== digest) throw new Error(`what came is not ${digest}`);
}
