import { z } from "zod";
import { group } from "../api/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";

/** What APIs of a namespace may use of another one. */
export interface Grant {
  readonly namespace: string;
  readonly kind: string;
  /** Undefined for all of the kind. */
  readonly name: string | undefined;
}

/** As far as it is read (Gateway API: ReferenceGrant). What does not say it so grants nothing. */
const referenceGrant = z.looseObject({
  spec: z.looseObject({
    from: z.array(z.looseObject({ group: z.string(), kind: z.string(), namespace: z.string() })),
    to: z.array(z.looseObject({ group: z.string(), kind: z.string(), name: z.string().optional() })),
  }),
});

/** What a ReferenceGrant lets APIs of a namespace use. */
export function grantsOf({ metadata, value }: StoredObject, from: string): readonly Grant[] {
  const { data } = referenceGrant.safeParse(value);
  if (!data?.spec.from.some((one) => one.group === group && one.kind === "API" && one.namespace === from)) return [];
  return data.spec.to.flatMap(({ group: itsGroup, kind, name }) =>
    itsGroup === group ? [{ namespace: metadata.namespace, kind, name: name === "" ? undefined : name }] : [],
  );
}

/** The namespaces that a ReferenceGrant is for. */
export const grantedNamespaces = ({ value }: StoredObject): readonly string[] =>
  referenceGrant.safeParse(value).data?.spec.from.map(({ namespace }) => namespace) ?? [];

/** Whether one of some grants is for an object. */
export const isGranted = (grants: readonly Grant[], kind: string, { namespace, name }: StoredObject["metadata"]): boolean =>
  grants.some((grant) => grant.namespace === namespace && grant.kind === kind && (grant.name === undefined || grant.name === name));
