import type { ApiSpec } from "../api/api.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { checked } from "../problem.ts";
import type { Definition, ReadConfigMap } from "../source/definition.ts";
import { isObject } from "../text/node.ts";

/** The documents that an API names, or has in itself. */
export function definitionsOf({ definition = [] }: ApiSpec): readonly Definition[] {
  return definition.map(({ inline, configMap, parts }) =>
    inline === undefined
      ? { kind: "entries", entries: parts ?? (configMap === undefined ? [] : [configMap]) }
      : { kind: "inline", text: inline },
  );
}

/** Reads the entries of a namespace's ConfigMaps. */
export const configMapReader =
  (store: Pick<ObjectStore, "read">, namespace: string): ReadConfigMap =>
  async (name) => {
    const found = await store.read(resources.configMaps, namespace, name);
    if (!found.ok) return found;
    if (found.value === undefined) return checked(undefined, []);
    const { data, binaryData } = found.value.value;
    return checked(new Map([...entriesOf(data, "utf8"), ...entriesOf(binaryData, "base64")]), []);
  };

const entriesOf = (data: unknown, encoding: "utf8" | "base64"): readonly (readonly [string, Uint8Array])[] =>
  isObject(data) ? Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), encoding)] as const) : [];
