import assert from "node:assert/strict";
import type { ObjectStore } from "../src/apply/kubernetes/objects.ts";
import { type StoredObject, storedObject } from "../src/apply/kubernetes/stored-object.ts";
import { apiSpecOf } from "../src/controller/compile-gateway.ts";
import { compiledGateways } from "../src/controller/compiled-gateways.ts";
import type { ImageState } from "../src/controller/images.ts";
import { makeMetrics } from "../src/controller/metrics.ts";
import { ownedIndex } from "../src/controller/owned.ts";
import type { Outcome } from "../src/controller/queue.ts";
import { reconcileApi } from "../src/controller/reconcile-api.ts";
import { conditionOf } from "../src/controller/status.ts";
import { makeUpdates } from "../src/controller/updates.ts";
import { makeUsers } from "../src/controller/users.ts";
import type { World } from "../src/controller/world.ts";
import { assembleImage } from "../src/image/gateway-image.ts";
import { makeLayer } from "../src/image/layer.ts";
import { type Blob, jsonBlob, mediaTypes } from "../src/image/oci.ts";
import type { Registry } from "../src/image/registry/registry.ts";
import { imageRequest } from "../src/image/request.ts";
import { checked, error, failed, wholeFile } from "../src/problem.ts";
import { Redacted } from "../src/redacted.ts";
import { gatewayWorkload } from "../src/resolve/workload.ts";
import { followIssuers } from "../src/source/issuers.ts";
import { isObject } from "../src/text/node.ts";
import { mountedAnnotation, mountedName } from "../src/workloads/gateway-content.ts";
import { must } from "./envoy.ts";

/** An API `a/pets` that is served in a cluster of memory, and what becomes of its mounted part. */
export interface ServedApi {
  /** Changes the API's spec. */
  spec(fields: object): void;
  /** Makes a Security, or another one of it; undefined deletes it. */
  security(name: string, spec: object | undefined): void;
  /** Makes a Security in the namespace `b`, which lets APIs of this one's use what is there; undefined deletes it. */
  granted(name: string, spec: object | undefined): void;
  /** Makes a Secret, or another one of it; undefined deletes it. */
  secret(name: string, entries: Readonly<Record<string, string>> | undefined): void;
  /** Makes a TargetEndpoint, or another one of it; undefined deletes it. */
  endpoint(name: string, spec: object | undefined): void;
  /** Says how it is with the image that is wanted. */
  image(state: ImageState): void;
  /** Lets the API name the image that serves, in place of its documents. */
  ready(fields: object): void;
  /** What the operator's log says is why something is not up to date. */
  logged(): readonly unknown[];
  /** Whether the API is worked on again where this changes (see used.ts). */
  follows(used: string): boolean;
  /** A field of the API's status. */
  status(field: string): unknown;
  /** The message of a condition of the API. */
  message(type: string): unknown;
  /** The reason of a condition of the API. */
  reason(type: string): unknown;
  /** Another operator takes over, which knows nothing of before. */
  restart(): void;
  /** The registry answers no more. */
  registryAway(): void;
  /** It does again. */
  registryBack(): void;
  /** Lets nobody's pods have the registry's Secret. */
  withoutRegistrySecret(): void;
  /** Says what becomes of the Deployment when it is applied. */
  rollout(state: "complete" | "progressing" | "refused"): void;
  /** Lets the gateway have pods, of which some cannot be touched now. */
  pods(names: readonly string[], untouchable?: readonly string[]): void;
  /** Says of which images that were built there are ReplicaSets with pods, the first one counting as 0. */
  replicaSets(nth: readonly number[]): void;
  /** The names of what is mounted, or may be. */
  mountedParts(): readonly string[];
  /** The pods that were touched, in order, as often as they were. */
  touched(): readonly string[];
  /** The mounted parts for which pods are still to be touched, by what their images were made from. */
  owed(): readonly string[];
  /** Deletes the API. */
  remove(): void;
  /** Builds the image that the spec asks for. */
  build(): Promise<void>;
  reconcile(): Promise<Outcome>;
  /** A file of the mounted part of the image that served first, or of a later one that was built. */
  mounted(file: string, nth?: number): string;
}

const registryName = "registry.test";

/** Compiles and serves an API with these Securities and Secrets. */
export async function serveApi(
  spec: object,
  securities: Readonly<Record<string, object>>,
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  endpoints: Readonly<Record<string, object>> = {},
): Promise<ServedApi> {
  let version = 1;
  const apis = new Map<string, StoredObject>();
  const kept = {
    securities: new Map<string, StoredObject>(),
    secrets: new Map<string, StoredObject>(),
    grants: new Map<string, StoredObject>(),
    endpoints: new Map<string, StoredObject>(),
  };
  const entries = new Map<string, ReadonlyMap<string, Redacted>>();
  const blobs = new Map<string, Blob>();
  const owned = ownedIndex();
  const logged: unknown[] = [];
  let rollout: Parameters<ServedApi["rollout"]>[0] = "complete";
  const made = (kind: string, name: string, fields: object, namespace = "a"): StoredObject => {
    version += 1;
    const metadata = { name, namespace, uid: `${kind} ${name}`, resourceVersion: String(version), generation: version };
    return storedObject({ apiVersion: kind === "Secret" ? "v1" : "portico.dev/v1alpha1", kind, metadata, ...fields });
  };
  const put = (fields: object, status: unknown = apis.get("a/pets")?.value.status): void => {
    apis.set("a/pets", made("API", "pets", { spec: fields, ...(status === undefined ? {} : { status }) }));
  };
  const secure = (namespace: string, name: string, fields: object | undefined): void => {
    kept.securities.delete(`${namespace}/${name}`);
    if (fields !== undefined) kept.securities.set(`${namespace}/${name}`, made("Security", name, { spec: fields }, namespace));
  };
  const send = (name: string, fields: object | undefined): void => {
    kept.endpoints.delete(`a/${name}`);
    if (fields !== undefined) kept.endpoints.set(`a/${name}`, made("TargetEndpoint", name, { spec: fields }));
  };
  const hold = (name: string, texts: Readonly<Record<string, string>> | undefined): void => {
    entries.delete(`a/${name}`);
    kept.secrets.delete(`a/${name}`);
    if (texts === undefined) return;
    entries.set(`a/${name}`, new Map(Object.entries(texts).map(([key, text]) => [key, new Redacted(text)])));
    kept.secrets.set(`a/${name}`, made("Secret", name, {}));
  };
  let pods: { readonly names: readonly string[]; readonly untouchable: readonly string[] } = { names: [], untouchable: [] };
  const touches = new Map<string, string>();
  const touched: string[] = [];
  const podOrDeployment = (kind: string, name: string): StoredObject =>
    made(kind, name, {
      metadata: {
        ...{
          name,
          namespace: "a",
          uid: name,
          resourceVersion: "1",
          annotations: { [mountedAnnotation]: touches.get(`${kind} ${name}`) ?? "" },
        },
        ownerReferences: [{ kind: "API", name: "pets", uid: "API pets" }],
      },
    });
  const built: string[] = [];
  let replicaSets: readonly number[] = [0];
  const replicaSet = (nth: number): StoredObject => {
    const volumes = [{ name: "mounted", secret: { secretName: built[nth] ?? "" } }, { name: "run" }];
    return made("ReplicaSet", String(nth), { spec: { replicas: 1, template: { spec: { volumes } } } });
  };
  const untouched: World["untouched"] = new Map();
  const store: ObjectStore = {
    read: async () => checked(undefined, []),
    secret: async (namespace, name) => checked(entries.get(`${namespace}/${name}`), []),
    list: async ({ kind }) => {
      const found = {
        Pod: () => pods.names.map((name) => podOrDeployment("Pod", name)),
        ReplicaSet: () => replicaSets.map(replicaSet),
      };
      return checked(kind === "Pod" || kind === "ReplicaSet" ? found[kind]() : [], []);
    },
    apply: async (object) => {
      const { data } = object;
      if (object.kind === "Deployment") {
        if (rollout === "refused") return failed(error("ClusterFailed", wholeFile("Deployment"), "It is refused."));
        const pods = rollout === "complete" ? 1 : 0;
        return checked(storedObject({ ...object, status: { updatedReplicas: pods, availableReplicas: pods, replicas: pods } }), []);
      }
      owned.changed(object.kind, `a/${object.metadata.name}`, storedObject(object));
      if (object.kind === "Secret" && typeof data === "object" && data !== null)
        hold(
          object.metadata.name,
          Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(String(text), "base64").toString()])),
        );
      return checked(storedObject(object), []);
    },
    applyStatus: async (_resource, _namespace, _name, status) => {
      const before = apis.get("a/pets") ?? assert.fail("there is no API");
      const after = { ...before, value: { ...before.value, status } };
      apis.set("a/pets", after);
      return checked(after, []);
    },
    create: async (object) => checked(storedObject({ ...object, metadata: { name: "made" } }), []),
    annotate: async ({ kind }, _namespace, name, { [mountedAnnotation]: hash }) => {
      if (pods.untouchable.includes(name)) return failed(error("ClusterFailed", wholeFile(name), "It cannot be touched."));
      if (typeof hash === "string") touches.set(`${kind} ${name}`, hash);
      if (kind === "Pod") touched.push(name);
      return checked(undefined, []);
    },
    remove: async ({ kind }, namespace, name) => {
      owned.changed(kind, `${namespace}/${name}`, undefined);
      hold(name, undefined);
      return checked(undefined, []);
    },
    ...{ changeEntries: unused, replace: unused },
  };
  let isAway = false;
  const registry: Registry = {
    name: registryName,
    manifest: async (_repository, reference) =>
      isAway ? failed(error("RegistryUnreachable", wholeFile(registryName), "It is away.")) : checked(blobs.get(reference), []),
    blob: async (_repository, { digest }) => checked(blobs.get(digest)?.bytes ?? assert.fail(`no blob ${digest}`), []),
    ...{ putManifest: unused, hasBlob: unused, openBlob: unused, mountBlob: unused, uploadBlob: unused, referrers: unused },
    close: unused,
  };
  const collection = (objects: ReadonlyMap<string, StoredObject>) => ({ objects, filled: Promise.resolve(), takeIn: () => {} });
  const none = collection(new Map());
  const collections = {
    ...{ configMaps: none, targetEndpoints: collection(kept.endpoints), rateLimitings: none, referenceGrants: collection(kept.grants) },
    ...{ apis: collection(apis), securities: collection(kept.securities), secrets: collection(kept.secrets) },
  };
  let users = makeUsers();
  const compiled = () =>
    compiledGateways({
      ...{ store, users, collections, registries: () => registry, issuers: followIssuers() },
      ...{ alwaysUsed: [], limitsService: undefined, traces: undefined },
    });
  let state: ImageState = { kind: "building" };
  let copy: World["registrySecret"]["copyFor"] = async () => checked(undefined, []);
  let gateways = compiled();
  const target = { registry: registryName, repository: "pets", tag: "1", digest: undefined };
  const world = (): World => ({
    settings: {
      ...{ namespace: "portico", registry: { registry: registryName, repository: "" }, base: target, builder: "layer", kaniko: undefined },
      ...{ pullSecret: undefined, limitsService: undefined, traces: undefined, version: "1" },
    },
    ...{
      collections,
      store,
      gateways,
      users,
      updates: makeUpdates(() => registry, gateways),
      metrics: makeMetrics(),
      lastApplied: new Map(),
    },
    // Everything is applied each time.
    owned: {
      of: owned.of,
      isAsked: owned.isAsked,
      find: (kind, _namespace, name) => (kind === "Deployment" && pods.names.length > 0 ? podOrDeployment(kind, name) : undefined),
    },
    untouched,
    building: { registries: () => registry, leads: () => true, pullCredentials: async () => undefined, builder: unused },
    images: { ensure: () => state, forget: () => undefined, stop: () => Promise.resolve() },
    knowsUsers: () => true,
    registrySecret: { used: [], copyFor: (namespace, owner) => copy(namespace, owner) },
    makesWith: () => ({ toolkit: "1", base: undefined }),
    log: (_level, _message, { why } = {}) => {
      if (why !== undefined) logged.push(why);
    },
  });

  put(spec);
  for (const [name, fields] of Object.entries(securities)) secure("a", name, fields);
  for (const [name, fields] of Object.entries(endpoints)) send(name, fields);
  for (const [name, texts] of Object.entries(secrets)) hold(name, texts);
  const build = async (): Promise<void> => {
    const api = apis.get("a/pets") ?? assert.fail("there is no API");
    const read = must(apiSpecOf(api));
    const workload = gatewayWorkload(api.metadata, read, []);
    const gateway = must(await gateways.whole(api, read, workload));
    const request = imageRequest(gateway.apis, gateway.folder, target, target, { engine: "envoy", toolkit: "1" });
    const layer = await makeLayer(new Map([...request.files].map(([path, text]) => [`gateway/${path}`, text])));
    const config = { architecture: "amd64", os: "linux", rootfs: { type: "layers" as const, diff_ids: [] } };
    const empty = { schemaVersion: 2 as const, config: jsonBlob(mediaTypes.config, config).descriptor, layers: [] };
    const image = assembleImage({ manifest: empty, config, isDocker: false }, layer, request.labels);
    for (const blob of [image.manifest, image.config, layer]) blobs.set(blob.descriptor.digest, blob);
    built.push(mountedName("pets", gateway.folder.manifest.inputHash));
    state = {
      kind: "there",
      reference: `${registryName}/pets:1@${image.manifest.descriptor.digest}`,
      madeWith: { toolkit: "1", base: undefined },
    };
  };
  const reconcile = (): Promise<Outcome> => reconcileApi(world(), "a/pets");
  await build();
  await reconcile();
  return {
    build,
    reconcile,
    spec: put,
    secret: hold,
    endpoint: send,
    security: (name, fields) => secure("a", name, fields),
    granted: (name, fields) => {
      const from = [{ group: "portico.dev", kind: "API", namespace: "a" }];
      const to = ["Security", "TargetEndpoint"].map((kind) => ({ group: "portico.dev", kind }));
      if (!kept.grants.has("b/all")) kept.grants.set("b/all", made("ReferenceGrant", "all", { spec: { from, to } }, "b"));
      secure("b", name, fields);
    },
    ready: (fields) => {
      const { status } = apis.get("a/pets")?.value ?? {};
      put({ ...fields, image: isObject(status) ? status.image : undefined });
    },
    logged: () => logged,
    follows: (used) => users.of(used).has("API a/pets"),
    status: (field) => {
      const { status } = apis.get("a/pets")?.value ?? {};
      return isObject(status) ? status[field] : undefined;
    },
    message: (type) => conditionOf(apis.get("a/pets")?.value.status, type)?.message,
    reason: (type) => conditionOf(apis.get("a/pets")?.value.status, type)?.reason,
    image: (now) => {
      state = now;
    },
    restart: () => {
      users = makeUsers();
      gateways = compiled();
    },
    registryAway: () => {
      isAway = true;
    },
    registryBack: () => {
      isAway = false;
    },
    withoutRegistrySecret: () => {
      copy = async () => failed(error("RegistryDenied", wholeFile("Secret/registry"), "It is gone."));
    },
    rollout: (now) => {
      rollout = now;
    },
    pods: (names, untouchable = []) => {
      pods = { names, untouchable };
    },
    replicaSets: (nth) => {
      replicaSets = nth;
    },
    mountedParts: () => owned.of("API pets").flatMap(({ metadata: { name } }) => (name.includes("-mounted-") ? name : [])),
    touched: () => touched,
    owed: () => [...untouched.values()].flatMap((one) => [...one.keys()]),
    remove: () => {
      apis.delete("a/pets");
    },
    mounted: (file, nth = 0) =>
      entries
        .get(`a/${built[nth] ?? ""}`)
        ?.get(file)
        ?.reveal() ?? "",
  };
}

function unused(): never {
  return assert.fail("not asked for");
}
