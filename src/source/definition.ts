import { gunzipSync } from "node:zlib";
import type { OpenApiDocument } from "../openapi/document.ts";
import { surveyDocument } from "../openapi/read.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import type { Code } from "../text/code.ts";
import { parseOne } from "../text/parse.ts";
import { unpackCode } from "./code/packed-code.ts";
import { largestFile } from "./read-text.ts";

/** One entry of a ConfigMap; without a key it is the only one. */
interface EntryName {
  readonly name: string;
  readonly key?: string | undefined;
}

/** Where an API of a cluster's has a document: its text, or the entries that make it together. */
export type Definition =
  | { readonly kind: "inline"; readonly text: string }
  | { readonly kind: "entries"; readonly entries: readonly EntryName[] };

/** The entries of a ConfigMap, by their keys; undefined where there is no such ConfigMap. Fails with what the cluster says. */
export type ReadConfigMap = (name: string) => Promise<Checked<ReadonlyMap<string, Uint8Array> | undefined>>;

/** The documents of an API as far as they can be read, and what is wrong with the others. */
export interface LoadedDefinitions {
  readonly documents: readonly OpenApiDocument[];
  readonly problems: readonly Problem[];
}

/**
 * Reads an API's documents. Fails with DefinitionMissing where an entry is not there, and as reading a file does. A document of a cluster's has
 * no folder: a `$ref` leads to nothing outside it, and the functions that it names are in the entry `functions`.
 */
export async function loadDefinitions(
  definitions: readonly Definition[],
  read: ReadConfigMap,
  functions?: EntryName,
): Promise<LoadedDefinitions> {
  const problems: Problem[] = [];
  const code = functions === undefined ? undefined : await codeIn(functions, read);
  problems.push(...(code?.problems ?? []));
  const documents: OpenApiDocument[] = [];
  for (const [index, definition] of definitions.entries()) {
    const text =
      definition.kind === "inline"
        ? checked({ name: `definition[${index}]`, text: definition.text }, [])
        : await joined(definition.entries, read);
    problems.push(...text.problems);
    if (!text.ok) continue;
    const file = parseOne(text.value.name, text.value.text);
    problems.push(...file.problems);
    if (!file.ok) continue;
    const survey = surveyDocument({ root: file.value, files: new Map(), ...(code?.ok === true ? { code: code.value } : {}) });
    problems.push(...survey.problems);
    if (survey.document !== undefined) documents.push(survey.document);
  }
  return { documents, problems };
}

async function codeIn(entry: EntryName, read: ReadConfigMap): Promise<Checked<Code>> {
  const text = await joined([entry], read);
  return text.ok ? unpackCode(text.value.name, text.value.text) : text;
}

/** The text that entries make together, in their order; it may be compressed (gzip, RFC 1952). */
async function joined(
  entries: readonly EntryName[],
  read: ReadConfigMap,
): Promise<Checked<{ readonly name: string; readonly text: string }>> {
  const parts: Uint8Array[] = [];
  let name = "";
  for (const entry of entries) {
    const part = await entryOf(entry, read);
    if (!part.ok) return part;
    parts.push(part.value.bytes);
    name ||= part.value.name;
  }
  const bytes = Buffer.concat(parts);
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unpacked(name, bytes) : checked(bytes, []);
  return plain.ok ? decoded(name, plain.value) : plain;
}

async function entryOf(
  { name, key }: EntryName,
  read: ReadConfigMap,
): Promise<Checked<{ readonly name: string; readonly bytes: Uint8Array }>> {
  const where = wholeFile(`ConfigMap/${name}`);
  const entries = await read(name);
  if (!entries.ok) return entries;
  if (entries.value === undefined)
    return failed(
      error("DefinitionMissing", where, "There is no ConfigMap of this name in the API's namespace. Make it, or name another."),
    );
  const keys = [...entries.value.keys()];
  const [only] = keys;
  const chosen = key ?? (keys.length === 1 ? only : undefined);
  const bytes = chosen === undefined ? undefined : entries.value.get(chosen);
  if (chosen !== undefined && bytes !== undefined) return checked({ name: `ConfigMap/${name}/${chosen}`, bytes }, []);
  const has =
    keys.length === 0
      ? "none"
      : keys
          .slice(0, 10)
          .map((one) => `\`${one}\``)
          .join(", ");
  const wrong =
    key === undefined ? `has ${keys.length} entries (${has}), and nothing says which is meant` : `has no entry \`${key}\`, but ${has}`;
  return failed(error("DefinitionMissing", where, `The ConfigMap ${wrong}. Name one of them as \`key\`.`));
}

function unpacked(name: string, bytes: Uint8Array): Checked<Uint8Array> {
  try {
    return checked(gunzipSync(bytes, { maxOutputLength: largestFile }), []);
  } catch {
    return failed(error("NotText", wholeFile(name), "The document is compressed, but not whole, or too large. Store it anew."));
  }
}

function decoded(name: string, bytes: Uint8Array): Checked<{ readonly name: string; readonly text: string }> {
  try {
    return checked({ name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) }, []);
  } catch {
    return failed(error("NotText", wholeFile(name), "The document is not UTF-8. Store it as UTF-8 text."));
  }
}
