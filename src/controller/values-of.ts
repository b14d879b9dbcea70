import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { type ValueReference, type Verifier, valueName, valueReferences } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { entriesOfObject } from "../source/values.ts";
import { root } from "../text/node.ts";

/** What an API's credentials are checked with, read now: Secrets are kept nowhere. What is not there is left out. Fails with what the cluster says. */
export async function valuesOf(store: ObjectStore, namespace: string, verifiers: readonly Verifier[]): Promise<Checked<Values>> {
  const found: ReturnType<typeof entriesOfObject>[number][] = [];
  for (const reference of valueReferences(verifiers)) {
    if (reference.kind === "file") return failed(noFiles(reference));
    if (reference.kind === "Secret") {
      const secret = await store.secret(namespace, reference.name);
      if (!secret.ok) return secret;
      if (secret.value !== undefined) found.push([valueName(reference), secret.value]);
      continue;
    }
    const read = await store.read(resources.configMaps, namespace, reference.name);
    if (!read.ok) return read;
    if (read.value !== undefined)
      found.push(...entriesOfObject(root({ name: `${reference.kind}/${reference.name}`, text: "", document: 0, value: read.value.value })));
  }
  return checked(new Map(found), []);
}

const noFiles = ({ name }: ValueReference) =>
  error(
    "MissingValue",
    wholeFile(name),
    "A cluster's operator reads no files. Put the keys into a ConfigMap, and name it with `jwks: {configMap: {name: ...}}`.",
  );
