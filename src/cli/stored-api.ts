import type { z } from "zod";
import { apiStatus } from "../api/api.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";

type ApiStatus = z.infer<typeof apiStatus>;

/** What an API's status says; nothing where it says nothing yet, or what no operator of ours wrote. */
export const statusOf = ({ value }: StoredObject): ApiStatus => apiStatus.safeParse(value.status).data ?? {};

/** An API of the cluster. Fails with UnknownApi. */
export async function storedApi(store: ObjectStore, namespace: string, name: string): Promise<Checked<StoredObject>> {
  const found = await store.read(resources.apis, namespace, name);
  if (!found.ok) return found;
  if (found.value !== undefined) return checked(found.value, []);
  return failed(
    error("UnknownApi", wholeFile(`API/${name}`), `There is no API of this name in ${namespace}. Name the namespace that has it.`),
  );
}

/** An API as commands show it. */
export interface ApiSummary {
  readonly namespace: string;
  readonly name: string;
  /** Whether it serves what it says now. */
  readonly ready: boolean;
  /** Why it does or does not, in a word; empty while no operator has looked at it. */
  readonly reason: string;
  readonly message: string;
  readonly address: string | undefined;
  readonly operations: number | undefined;
  /** With its digest. */
  readonly image: string | undefined;
  readonly backends: readonly string[];
  readonly conditions: NonNullable<ApiStatus["conditions"]>;
}

/** What was said of an earlier generation says nothing of what is asked for now. */
export function summaryOf(api: StoredObject): ApiSummary {
  const { namespace, name, generation } = api.metadata;
  const { conditions: said = [], observedGeneration, address, operations, image, backends = [] } = statusOf(api);
  const conditions = observedGeneration === generation ? said : [];
  const ready = conditions.find(({ type }) => type === "Ready");
  return {
    namespace,
    name,
    ready: ready?.status === "True",
    reason: ready?.reason ?? "",
    message: ready?.message ?? "No operator has looked at it yet.",
    address,
    operations,
    image,
    backends,
    conditions,
  };
}
