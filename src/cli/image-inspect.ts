import { contentsOf, type ImageContents } from "../image/contents.ts";
import { labelNames } from "../image/gateway-image.ts";
import { parseReference } from "../image/reference.ts";
import { failure } from "./failure.ts";
import type { ImageShowOptions } from "./image.ts";
import { printable, printableJson } from "./printable.ts";
import { openRegistries } from "./registries.ts";

/** Writes what is in a gateway's image on stdout; the exit code. */
export async function inspectImage(name: string, options: ImageShowOptions): Promise<number> {
  const reference = parseReference(name);
  if (!reference.ok) return failure(reference.problems);
  const registries = await openRegistries(options);
  if (!registries.ok) return failure(registries.problems);
  const { open, close } = registries.value;
  const contents = await contentsOf(open(reference.value.registry), reference.value).finally(close);
  if (!contents.ok) return failure(contents.problems);
  process.stdout.write(options.json ? printableJson(asJson(contents.value)) : asText(contents.value));
  return 0;
}

function asJson({ digest, platforms, manifest, operations, labels, files }: ImageContents): object {
  const apis = manifest.apis.map((api) => ({ ...api, operations: operations.get(api.name) ?? [] }));
  return { digest, platforms, ...manifest, apis, labels, files: [...files].map(([path, content]) => ({ path, bytes: content.length })) };
}

function asText({ digest, platforms, manifest, operations: listed, labels, files }: ImageContents): string {
  const apis = manifest.apis.map(({ name, version, basePath, operations, backends }) => [
    `api         ${name} ${version}`,
    `  path      ${basePath || "/"}`,
    `  operations ${operations}`,
    `  backends  ${backends.length === 0 ? "none" : backends.join(", ")}`,
    ...(listed.get(name) ?? []).map(
      ({ method, path, id, policies }) => `  ${method.padEnd(7)} ${path}  ${id}  ${policiesAsText(policies)}`,
    ),
  ]);
  const lines = [
    `digest      ${digest}`,
    `platforms   ${platforms.join(", ")}`,
    `input hash  ${manifest.inputHash}`,
    `contract    ${manifest.contract}`,
    `base        ${baseOf(labels)}`,
    ...apis.flat(),
    ...[...files].map(([path, content]) => `file        ${path} (${content.length} bytes)`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

/** What it was made on. Older images have the digest in the name, too, where that was asked for. */
function baseOf(labels: ImageContents["labels"]): string {
  const { [labelNames.baseName]: name = "unknown", [labelNames.baseDigest]: digest } = labels;
  return digest === undefined ? name : `${name.replace(/@.*/, "")}@${digest}`;
}

/** A policy with its value where that is one word, else its name alone: JSON has all of it. */
const policiesAsText = (policies: Readonly<Record<string, unknown>>): string =>
  Object.entries(policies)
    .map(([name, value]) => (typeof value === "object" || value === true ? name : `${name}=${value}`))
    .join(" ");
