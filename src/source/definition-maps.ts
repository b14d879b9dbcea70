import { gzipSync } from "node:zlib";

/** A ConfigMap that holds a document, or a part of one. */
export interface DefinitionMap {
  readonly name: string;
  readonly key: string;
  readonly content: { readonly kind: "text"; readonly text: string } | { readonly kind: "bytes"; readonly bytes: Uint8Array };
}

/** A ConfigMap holds at most 1 MiB, its own names included (Kubernetes: ConfigMap). */
const mostText = 900 * 1024;
/** Bytes travel as base64, four for three. */
const mostBytes = 700 * 1024;

/** The ConfigMaps that an API's document is stored in: as it is, so that people can read it; a large one compressed (gzip), and split. */
export function definitionMaps(name: string, key: string, text: string): readonly DefinitionMap[] {
  if (Buffer.byteLength(text) <= mostText) return [{ name, key, content: { kind: "text", text } }];
  const bytes = gzipSync(text);
  const count = Math.ceil(bytes.length / mostBytes);
  return Array.from({ length: count }, (_, index) => ({
    name: count === 1 ? name : `${name}-${index}`,
    key: `${key}.gz${count === 1 ? "" : `.${index}`}`,
    content: { kind: "bytes", bytes: bytes.subarray(index * mostBytes, (index + 1) * mostBytes) },
  }));
}
