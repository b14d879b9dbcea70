import { extension, type Message, onRoute } from "./json.ts";

/** By how a client says that it takes it (RFC 9110, section 12.5.3): the better one first. */
const kinds = [
  ["portico.compression.br", extension("br", "envoy.extensions.compression.brotli.compressor.v3.Brotli", { quality: 4 })],
  ["portico.compression.gzip", extension("gzip", "envoy.extensions.compression.gzip.compressor.v3.Gzip")],
] as const;

/** An answer that is smaller is left as it is (bytes). */
const least = 256;

/** The filters that compress, where routes say so (envoy: compressor). Each leaves alone what another has compressed. */
export const compressionFilters: readonly Message[] = kinds.map(([name, compressor_library], index) => ({
  ...extension(name, "envoy.extensions.filters.http.compressor.v3.Compressor", {
    compressor_library,
    choose_first: index === 0,
    response_direction_config: {
      common_config: { min_content_length: least },
      // What is compressed has other octets (RFC 9110, section 8.8.1).
      weaken_etag_on_compress: true,
      // A part of an answer is no answer (RFC 9110, section 14).
      uncompressible_response_codes: [206],
    },
  }),
  disabled: true,
}));

/** What the route of an operation whose answers are compressed switches on. */
export const compressionRules = (isCompressed: boolean): Message =>
  isCompressed ? Object.fromEntries(kinds.map(([name]) => [name, onRoute()])) : {};
