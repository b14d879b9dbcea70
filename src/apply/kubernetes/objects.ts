import { z } from "zod";
import { type Checked, checked, failed } from "../../problem.ts";
import { Redacted } from "../../redacted.ts";
import { type ApiResource, pathOf, resourceOf, resources } from "./kinds.ts";
import { listAll } from "./list-and-watch.ts";
import { clusterProblem } from "./problems.ts";
import { type StoredObject, storedObject } from "./stored-object.ts";
import type { Transport } from "./transport.ts";
import { unlessGone } from "./unless-gone.ts";

/** An object of a name, as it is applied. */
interface AppliedObject extends NewObject {
  readonly metadata: NewObject["metadata"] & { readonly name: string };
}

interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name?: string; readonly generateName?: string };
  readonly [field: string]: unknown;
}

/** The objects of a cluster, one at a time. Failures are ClusterUnreachable, ClusterDenied and ClusterFailed. */
export interface ObjectStore {
  /** Undefined where there is none. Of a Secret only its metadata is asked for. */
  read(resource: ApiResource, namespace: string, name: string): Promise<Checked<StoredObject | undefined>>;
  /** A Secret's entries; undefined where there is none. */
  secret(namespace: string, name: string): Promise<Checked<ReadonlyMap<string, Redacted> | undefined>>;
  /** Sets entries of a Secret of that resource version; undefined takes one out. */
  changeEntries(
    namespace: string,
    name: string,
    entries: ReadonlyMap<string, Redacted | undefined>,
    resourceVersion: string,
  ): Promise<Checked<void>>;
  /** Those that have all of the labels, of one namespace or of all. */
  list(
    resource: ApiResource,
    namespace: string | undefined,
    labels: Readonly<Record<string, string>>,
  ): Promise<Checked<readonly StoredObject[]>>;
  /** Makes the object so, where it says something, whoever wrote that before. */
  apply(object: AppliedObject): Promise<Checked<StoredObject>>;
  applyStatus(resource: ApiResource, namespace: string, name: string, status: object): Promise<Checked<StoredObject>>;
  /** Sets annotations of an object; null removes one. */
  annotate(
    resource: ApiResource,
    namespace: string,
    name: string,
    annotations: Readonly<Record<string, string | null>>,
  ): Promise<Checked<void>>;
  /** Makes an object that is not there yet. */
  create(object: NewObject): Promise<Checked<StoredObject>>;
  /** Replaces an object of that resource version. */
  replace(
    object: NewObject & { readonly metadata: { readonly name: string; readonly resourceVersion: string } },
  ): Promise<Checked<StoredObject>>;
  /** Removes an object if it is still the one of that uid; one that is gone is fine. */
  remove(resource: ApiResource, namespace: string, name: string, uid: string): Promise<Checked<void>>;
}

/**
 * Writes under the name of a field manager (Kubernetes: "Server-Side Apply"): the operator's is `portico`. With `dryRun` the cluster checks what is
 * written, and keeps nothing.
 */
export function objectStore(transport: Transport, fieldManager = "portico", dryRun = false): ObjectStore {
  const asked = async <T>(what: string, act: () => Promise<T>): Promise<Checked<T>> => {
    try {
      return checked(await act(), []);
    } catch (thrown) {
      return failed(clusterProblem(transport.server, what, thrown));
    }
  };
  const patch = (path: string, contentType: string, body: object): Promise<unknown> =>
    transport.json({ method: "PATCH", path, contentType, body });
  const query = `?fieldManager=${fieldManager}${dryRun ? "&dryRun=All" : ""}`;
  const applied = async (path: string, body: object): Promise<StoredObject> =>
    storedObject(await patch(`${path}${query}&force=true`, "application/apply-patch+yaml", body));
  return {
    read: (resource, namespace, name) =>
      asked(`read the ${resource.kind} ${namespace}/${name}`, () =>
        unlessGone(async () => {
          const path = pathOf(resource, namespace, name);
          return storedObject(await transport.json({ method: "GET", path, ...(resource === resources.secrets ? metadataAlone : {}) }));
        }),
      ),
    secret: (namespace, name) =>
      asked(`read the Secret ${namespace}/${name}`, () =>
        unlessGone(async () => secretEntries(await transport.json({ method: "GET", path: pathOf(resources.secrets, namespace, name) }))),
      ),
    changeEntries: (namespace, name, entries, resourceVersion) =>
      asked(`change the Secret ${namespace}/${name}`, async () => {
        const data = Object.fromEntries([...entries].map(([key, value]) => [key, value === undefined ? null : base64(value)] as const));
        const path = `${pathOf(resources.secrets, namespace, name)}${query}`;
        await patch(path, "application/merge-patch+json", { metadata: { resourceVersion }, data });
      }),
    list: (resource, namespace, labels) => {
      const labelSelector = Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(",");
      return asked(`list ${resource.plural} in ${namespace ?? "all namespaces"}`, async () => {
        const { objects } = await listAll(transport, { resource, labelSelector, ...(namespace === undefined ? {} : { namespace }) });
        return objects;
      });
    },
    apply: (object) => {
      const { kind, metadata } = object;
      const path = pathOf(resourceOf(object), metadata.namespace, metadata.name);
      return asked(`apply the ${kind} ${metadata.namespace}/${metadata.name}`, () => applied(path, object));
    },
    applyStatus: (resource, namespace, name, status) => {
      const { apiVersion, kind } = resource;
      const body = { apiVersion, kind, metadata: { name, namespace }, status };
      return asked(`write the status of the ${kind} ${namespace}/${name}`, () =>
        applied(`${pathOf(resource, namespace, name)}/status`, body),
      );
    },
    annotate: (resource, namespace, name, annotations) =>
      asked(`annotate the ${resource.kind} ${namespace}/${name}`, async () => {
        await unlessGone(() =>
          patch(`${pathOf(resource, namespace, name)}${query}`, "application/merge-patch+json", { metadata: { annotations } }),
        );
      }),
    create: (object) =>
      asked(`create a ${object.kind}`, async () =>
        storedObject(
          await transport.json({ method: "POST", path: `${pathOf(resourceOf(object), object.metadata.namespace)}${query}`, body: object }),
        ),
      ),
    replace: (object) => {
      const { namespace, name } = object.metadata;
      return asked(`replace the ${object.kind} ${namespace}/${name}`, async () =>
        storedObject(await transport.json({ method: "PUT", path: `${pathOf(resourceOf(object), namespace, name)}${query}`, body: object })),
      );
    },
    remove: (resource, namespace, name, uid) =>
      asked(`remove the ${resource.kind} ${namespace}/${name}`, async () => {
        const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid }, propagationPolicy: "Background" };
        await unlessGone(() => transport.json({ method: "DELETE", path: pathOf(resource, namespace, name), body }));
      }),
  };
}

const secretBody = z.looseObject({ data: z.record(z.string(), z.base64()).default({}) });

/** Entries travel as base64 (Kubernetes: Secret, `data`). */
const secretEntries = (body: unknown): ReadonlyMap<string, Redacted> =>
  new Map(
    Object.entries(secretBody.parse(body).data).map(
      ([key, text]) => [key, new Redacted(Buffer.from(text, "base64").toString("utf8"))] as const,
    ),
  );

const base64 = (value: Redacted): string => Buffer.from(value.reveal()).toString("base64");

const metadataAlone = { accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" };
