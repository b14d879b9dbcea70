import { resources } from "../../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../../apply/kubernetes/objects.ts";
import { checked } from "../../problem.ts";
import type { KeyStore } from "./key-store.ts";

/** Keys in a Secret of the cluster. */
export const clusterKeys = (store: ObjectStore, namespace: string, secret: string): KeyStore => ({
  name: `the Secret ${namespace}/${secret}`,
  async read() {
    // The version first: what changes after that is then seen.
    const object = await store.read(resources.secrets, namespace, secret);
    if (!object.ok) return object;
    const entries = await store.secret(namespace, secret);
    if (!entries.ok) return entries;
    if (object.value === undefined || entries.value === undefined) return checked(undefined, []);
    return checked({ clients: [...entries.value.keys()], version: object.value.metadata.resourceVersion }, []);
  },
  async write(read, client, key) {
    const metadata = { namespace, name: secret };
    const written =
      read === undefined
        ? await store.create({ apiVersion: "v1", kind: "Secret", metadata, stringData: { [client]: key?.reveal() } })
        : await store.changeEntries(namespace, secret, new Map([[client, key]]), read.version);
    return written.ok ? checked(undefined, []) : written;
  },
});
