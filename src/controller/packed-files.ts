import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Files that are kept for long and needed seldom, in a twentieth of their size: a gateway's are a hundred kilobytes, and there may be a thousand gateways. */
export interface PackedFiles {
  /** File name -> text, unpacked anew. */
  open(): ReadonlyMap<string, string>;
}

export function packFiles(files: ReadonlyMap<string, string>): PackedFiles {
  const lengths = [...files].map(([name, text]) => [name, Buffer.byteLength(text)] as const);
  // Of its own size: what zlib hands out holds on to a larger piece of memory.
  const packed = new Uint8Array(deflateRawSync([...files.values()].join("")));
  return {
    open: () => {
      const bytes = inflateRawSync(packed);
      let end = 0;
      return new Map(
        lengths.map(([name, length]) => {
          end += length;
          return [name, bytes.toString("utf8", end - length, end)] as const;
        }),
      );
    },
  };
}
