import { faultEntry, keysUrlEntry } from "../model/issuer-keys.ts";
import { type ValueReference, valueName } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import { Redacted } from "../redacted.ts";
import { child, members, type Node, root, type SourceFile } from "../text/node.ts";
import type { Issuers } from "./issuers.ts";
import { readText } from "./read-text.ts";

/** Where values come from beside the resources. */
export interface ValueSources {
  /** Is told each file. */
  readonly noticed?: ((path: string) => void) | undefined;
  /** Left out where nobody is to be asked. */
  readonly issuers?: Issuers | undefined;
}

/**
 * What references lead to where there is no cluster: entries of the Secrets and ConfigMaps among the resources, each of which is one object, as they
 * would be applied to one, files, and what issuers say of themselves. What is not there is left out.
 */
export async function loadValues(
  resources: readonly SourceFile[],
  references: readonly ValueReference[],
  { noticed = () => {}, issuers }: ValueSources = {},
): Promise<Values> {
  const objects = resources.map(root).flatMap(entriesOfObject);
  const files = await Promise.all(
    references.flatMap((reference) => {
      if (reference.kind !== "file") return [];
      noticed(reference.name);
      return [fileEntry(reference)];
    }),
  );
  const said = issuers === undefined ? [] : await issuerEntries(issuers, references);
  return new Map([...objects, ...files.flat(), ...said]);
}

type Entry = readonly [name: string, entries: ReadonlyMap<string, Redacted>];

/** What those of the references that are issuers say of their keys, or why nobody knows. */
export async function issuerEntries(issuers: Issuers, references: readonly ValueReference[]): Promise<readonly Entry[]> {
  const urls = await issuers.keysUrls(references.flatMap(({ kind, name }) => (kind === "issuer" ? [name] : [])));
  return [...urls].map(([name, url]) => {
    const entry: readonly [string, string] = url.ok
      ? [keysUrlEntry, url.value]
      : [faultEntry, url.problems.map(({ message }) => message).join(" ")];
    return [valueName({ kind: "issuer", name, key: undefined }), new Map([[entry[0], new Redacted(entry[1])]])];
  });
}

async function fileEntry(reference: ValueReference): Promise<readonly Entry[]> {
  const text = await readText(reference.name);
  return text.ok ? [[valueName(reference), new Map([["", new Redacted(text.value)]])]] : [];
}

/** The entries of a Secret or ConfigMap (Kubernetes: `data` of a Secret is base64, `stringData` wins over it). */
export function entriesOfObject(node: Node): readonly Entry[] {
  const kind = child(node, "kind").value;
  const name = child(child(node, "metadata"), "name").value;
  if (child(node, "apiVersion").value !== "v1" || typeof name !== "string" || (kind !== "Secret" && kind !== "ConfigMap")) return [];
  const texts = (field: string, encoding: "base64" | "utf8") =>
    members(child(node, field)).flatMap(([key, { value }]) =>
      typeof value === "string" ? [[key, new Redacted(Buffer.from(value, encoding).toString("utf8"))] as const] : [],
    );
  const entries = kind === "Secret" ? [...texts("data", "base64"), ...texts("stringData", "utf8")] : texts("data", "utf8");
  return [[`${kind}/${name}`, new Map(entries)]];
}
