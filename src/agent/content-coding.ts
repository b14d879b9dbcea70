import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";

const [gunzipped, inflated, brotli] = [promisify(gunzip), promisify(inflate), promisify(brotliDecompress)];

/** A body without its content coding (RFC 9110, section 8.4); undefined where it is not in it, or the coding is not known. `most` in bytes: what comes out of a few may be very much. */
export async function withoutCoding(coding: string, body: Uint8Array, most: number): Promise<Uint8Array | "too large" | undefined> {
  const options = { maxOutputLength: most };
  try {
    if (coding === "gzip" || coding === "x-gzip") return await gunzipped(body, options);
    if (coding === "deflate") return await inflated(body, options);
    if (coding === "br") return await brotli(body, options);
    return coding === "" || coding === "identity" ? body : undefined;
  } catch (failure) {
    return failure instanceof Error && "code" in failure && failure.code === "ERR_BUFFER_TOO_LARGE" ? "too large" : undefined;
  }
}
