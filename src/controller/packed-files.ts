import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Files that are kept for long and needed seldom, in a twentieth of their size: a gateway's are a hundred kilobytes, and there may be a thousand gateways. */
export interface PackedFiles {
  /** File name -> text, unpacked anew. */
  open(): ReadonlyMap<string, string>;
}

export function packFiles(files: ReadonlyMap<string, string>): PackedFiles {
  const packed = [...files].map(([name, text]) => [name, deflateRawSync(text)] as const);
  return { open: () => new Map(packed.map(([name, bytes]) => [name, inflateRawSync(bytes).toString("utf8")] as const)) };
}
