import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";

/** What comes out of a few bytes may be very much. */
const maxOutputLength = 32 * 1024 * 1024;

/** A body without its content coding (RFC 9110, section 8.4); undefined where it is not in it, is too large, or the coding is not known. */
export function withoutCoding(coding: string, body: Uint8Array): Uint8Array | undefined {
  try {
    if (coding === "gzip" || coding === "x-gzip") return gunzipSync(body, { maxOutputLength });
    if (coding === "deflate") return inflateSync(body, { maxOutputLength });
    if (coding === "br") return brotliDecompressSync(body, { maxOutputLength });
    return coding === "" || coding === "identity" ? body : undefined;
  } catch {
    return undefined;
  }
}
