import { z } from "zod";

/** What every object of a cluster has. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly owners: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
    readonly deleted: boolean;
  };
  /** The whole object, but for what its managers own. Of a collection of metadata alone it has nothing more. */
  readonly value: Readonly<Record<string, unknown>>;
}

const stored = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().default(""),
    uid: z.string().default(""),
    resourceVersion: z.string().default(""),
    generation: z.number().default(0),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })).default([]),
    deletionTimestamp: z.string().optional(),
    managedFields: z.unknown().optional(),
  }),
});

/** An object as the cluster's API writes it. */
export function storedObject(value: unknown): StoredObject {
  const { metadata, ...rest } = stored.parse(value);
  const { managedFields: _, ownerReferences: owners, deletionTimestamp, ...kept } = metadata;
  const { name, namespace, uid, resourceVersion, generation, labels, annotations } = kept;
  const own = { name, namespace, uid, resourceVersion, generation, labels, annotations, owners, deleted: deletionTimestamp !== undefined };
  return { metadata: own, value: { ...rest, metadata: { ...kept, ownerReferences: owners } } };
}

/** `namespace/name`. */
export const keyOf = ({ metadata }: Pick<StoredObject, "metadata">): string => `${metadata.namespace}/${metadata.name}`;
