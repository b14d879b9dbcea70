import { splitName } from "../api/qualified-name.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { type ValueReference, valueName } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { Issuers } from "../source/issuers.ts";
import { entriesOfObject, issuerEntries } from "../source/values.ts";
import { root } from "../text/node.ts";

/** Who keeps what credentials are checked with. */
interface Kept {
  readonly store: Pick<ObjectStore, "read" | "secret">;
  readonly issuers: Issuers;
}

/** What the environment keeps for an API, read now: Secrets are kept nowhere. What is not there is left out. Fails with what the cluster says. */
export async function valuesOf(
  { store, issuers }: Kept,
  namespace: string,
  references: readonly ValueReference[],
): Promise<Checked<Values>> {
  const asked = issuerEntries(issuers, references);
  const found: Entry[] = [];
  for (const reference of references) {
    const entries = await readers[reference.kind](store, namespace, reference);
    if (!entries.ok) return entries;
    found.push(...entries.value);
  }
  return checked(new Map([...found, ...(await asked)]), []);
}

type Entry = ReturnType<typeof entriesOfObject>[number];
type Read = (store: Kept["store"], namespace: string, reference: ValueReference) => Promise<Checked<readonly Entry[]>>;

const readers: Readonly<Record<ValueReference["kind"], Read>> = {
  file: async (_store, _namespace, reference) => failed(noFiles(reference)),
  // They are all asked at once.
  issuer: async () => checked([], []),
  Secret: async (store, home, reference) => {
    const { namespace, name } = splitName(reference.name, home);
    const secret = await store.secret(namespace, name);
    if (!secret.ok) return secret;
    return checked(secret.value === undefined ? [] : [[valueName(reference), secret.value]], []);
  },
  ConfigMap: async (store, home, reference) => {
    const { namespace, name } = splitName(reference.name, home);
    const read = await store.read(resources.configMaps, namespace, name);
    if (!read.ok) return read;
    const object = read.value && root({ name: valueName(reference), text: "", document: 0, value: read.value.value });
    // It is known by the name that it has from here.
    return checked(object === undefined ? [] : entriesOfObject(object).map(([, entries]) => [valueName(reference), entries] as const), []);
  },
};

const noFiles = ({ name }: ValueReference) =>
  error(
    "MissingValue",
    wholeFile(name),
    "A cluster's operator reads no files. Put the keys into a ConfigMap, and name it with `jwks: {configMap: {name: ...}}`.",
  );
