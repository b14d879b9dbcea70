import { gunzipSync } from "node:zlib";
import { readLayer } from "../src/image/layer.ts";
import { imageIndex, imageManifest, isIndex } from "../src/image/oci.ts";
import type { ImageReference } from "../src/image/reference.ts";
import { referrersOf } from "../src/image/referrers.ts";
import type { Registry } from "../src/image/registry/registry.ts";
import { must } from "./envoy.ts";

/**
 * Where in an image a text stands: in its manifest, configuration with history, any file of any layer, or in what refers to it; plain,
 * as base64 wherever it begins, as hexadecimal digits, percent-encoded, or in gzip within that.
 */
export async function findCanary(registry: Registry, image: ImageReference, canary: string): Promise<readonly string[]> {
  const found: string[] = [];
  const look = (place: string, bytes: Uint8Array): void => {
    found.push(...formsOf(canary, bytes).map((how) => `${place}: ${how}`));
  };
  const manifest = async (reference: string): Promise<void> => {
    const blob = must(await registry.manifest(image.repository, reference)) ?? failMissing(reference);
    look(`manifest ${reference}`, blob.bytes);
    const text: unknown = JSON.parse(Buffer.from(blob.bytes).toString("utf8"));
    if (isIndex(blob.descriptor)) {
      for (const { digest } of imageIndex.parse(text).manifests) await manifest(digest);
      return;
    }
    const { config, layers } = imageManifest.parse(text);
    look("configuration", must(await registry.blob(image.repository, config)));
    for (const layer of layers) await lookIn(layer.digest, must(await registry.blob(image.repository, layer, 2 ** 30)));
  };
  const lookIn = async (digest: string, bytes: Uint8Array): Promise<void> => {
    const files = await readLayer(bytes).catch(() => new Map([["", bytes]]));
    for (const [path, content] of files) look(`${digest.slice(0, 15)} ${path}`, Buffer.concat([Buffer.from(`${path}\n`), content]));
    for (const [path, content] of files) if (unzipped(content) !== undefined) look(`${digest.slice(0, 15)} ${path}`, content);
  };
  const {
    descriptor: { digest },
  } = must(await registry.manifest(image.repository, image.digest ?? image.tag ?? "latest")) ?? failMissing("the image");
  await manifest(digest);
  for (const referrer of must(await referrersOf(registry, image.repository, digest))) await manifest(referrer.digest);
  return found;
}

/** In which forms a text stands in bytes; none where it does not. */
export function formsOf(canary: string, bytes: Uint8Array): readonly string[] {
  const here = disguises(canary).flatMap(([how, text]) => (Buffer.from(bytes).includes(text) ? [how] : []));
  const plain = unzipped(bytes);
  return plain === undefined ? here : [...here, ...formsOf(canary, plain).map((how) => `${how}, unzipped`)];
}

/** The forms that a text may have in bytes. Base64 has three, by where in a group of three bytes it begins; what its neighbours change is cut off. */
function disguises(canary: string): readonly (readonly [how: string, text: string])[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(canary)]).toString("base64");
    return ["base64", text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + Buffer.byteLength(canary)) * 8) / 6))] as const;
  });
  return [
    ["plain", canary],
    ...base64,
    ["hexadecimal", Buffer.from(canary).toString("hex")],
    ["percent-encoded", encodeURIComponent(canary)],
  ];
}

function unzipped(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined;
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

function failMissing(what: string): never {
  throw new Error(`${what} is not there`);
}
