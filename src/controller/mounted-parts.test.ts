import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ServedApi, serveApi } from "../../testing/served-api.ts";
import { unusedStore } from "../../testing/unused-store.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { type StoredObject, storedObject } from "../apply/kubernetes/stored-object.ts";
import { checked, error, failed, wholeFile } from "../problem.ts";
import { gatewayWorkload } from "../resolve/workload.ts";
import { imageAnnotation, mountedName } from "../workloads/gateway-content.ts";
import { pruneMounted } from "./mounted-parts.ts";

const unused = (): never => assert.fail("not asked for");

const partOf = (input: string): string => mountedName("pets", input);
const ofInput = (input: string): object => ({
  volumes: [
    { name: "tmp", emptyDir: {} },
    { name: "m", secret: { secretName: partOf(input) } },
  ],
});
const named = (kind: string, name: string, fields: object = {}, annotations: object = {}): StoredObject =>
  storedObject({ apiVersion: "v1", kind, metadata: { name, namespace: "a", uid: name, annotations }, ...fields });
const replicaSet = (input: string, replicas: number): StoredObject =>
  named("ReplicaSet", input, { spec: { replicas, template: { spec: ofInput(input) } } });
const pod = (input: string, phase: string): StoredObject => named("Pod", input, { spec: ofInput(input), status: { phase } });

interface Cluster {
  readonly there: Readonly<Record<string, readonly StoredObject[]>>;
  readonly parts: readonly string[];
  readonly isDenied?: boolean;
}

/** What is removed of an API's parts where its newest one is `newest`, and of which inputs one is left. */
async function pruned({ there, parts, isDenied = false }: Cluster) {
  const removed: string[] = [];
  const logged: string[] = [];
  let lists = 0;
  const store: ObjectStore = {
    ...unusedStore,
    list: async ({ kind }) => {
      lists++;
      return isDenied ? failed(error("ClusterDenied", wholeFile("cluster"), "Not you.")) : checked(there[kind] ?? [], []);
    },
    remove: async (_, __, name) => checked(void removed.push(name), []),
  };
  const owned = [
    named("Service", "pets-gateway"),
    named("Secret", "pets-pull"),
    ...parts.map((input) => named("Secret", partOf(input), {}, { [imageAnnotation]: input })),
  ];
  const world = {
    store,
    owned: { of: () => owned, find: unused, isAsked: unused },
    log: (_: string, message: string) => void logged.push(message),
  };
  const workload = gatewayWorkload({ name: "pets", namespace: "a" }, { definition: [{ inline: "x" }] }, []);
  const isMounted = await pruneMounted(world, named("API", "pets"), workload, "newest");
  return { removed, left: parts.filter((input) => isMounted?.(input)), lists, logged };
}

describe("the mounted part of an image", () => {
  it("goes where neither the Deployment nor a ReplicaSet with replicas nor a running pod names it, unless it is the newest", async () => {
    const { removed, left } = await pruned({
      parts: ["serves", "tried", "scaled-down", "ends", "ended", "applied", "newest"],
      there: {
        Deployment: [named("Deployment", "pets-gateway", { spec: { replicas: 0, template: { spec: ofInput("applied") } } })],
        ReplicaSet: [replicaSet("serves", 2), replicaSet("scaled-down", 0)],
        Pod: [pod("ends", "Running"), pod("ended", "Failed")],
      },
    });
    assert.deepEqual(removed, ["tried", "scaled-down", "ended"].map(partOf));
    assert.deepEqual(left, ["serves", "ends", "applied", "newest"]);
  });

  it("is that of what serves where there is one beside the newest: nobody asks", async () => {
    const { removed, lists } = await pruned({ parts: ["serves", "newest"], there: {} });
    assert.deepEqual([removed, lists], [[], 0]);
  });

  it("stays where the cluster does not say who names it, and that is logged", async () => {
    const { removed, logged } = await pruned({ parts: ["serves", "tried", "newest"], there: {}, isDenied: true });
    assert.deepEqual([removed, logged.length], [[], 1]);
  });
});

describe("an API whose pods never come", () => {
  const document = {
    openapi: "3.1.0",
    "x-portico": { mock: true },
    paths: { "/pets": { get: { security: [{ key: [] }], responses: { 204: {} } } } },
    components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
  };
  const definition = (version: number): object => ({
    definition: [{ inline: JSON.stringify({ ...document, info: { title: "Pets", version: `${version}` } }) }],
  });
  const serve = (): Promise<ServedApi> =>
    serveApi(
      definition(0),
      { key: { type: "apiKey", apiKey: { keys: { name: "clients" } } } },
      { clients: { alice: "key-of-alice", mallory: "key-of-mallory" } },
    );

  for (const state of ["progressing", "refused"] as const)
    it(`keeps what serves, and what it asked for last, up to date, and nothing else: ${state}`, async () => {
      const served = await serve();
      const [first] = served.mountedParts();
      served.rollout(state);
      for (let version = 1; version <= 5; version++) {
        served.spec(definition(version));
        await served.build();
        await served.reconcile();
        assert.ok(served.mountedParts().length <= 3, `version ${version}`);
      }
      assert.equal(served.mountedParts().length, 2);
      assert.ok(served.mountedParts().includes(first ?? ""));
      served.secret("clients", { alice: "key-of-alice" });
      await served.reconcile();
      for (const nth of [0, 5]) assert.match(served.mounted("keys.json", nth), /key-of-alice/);
      for (const nth of [0, 5]) assert.doesNotMatch(served.mounted("keys.json", nth), /key-of-mallory/);
    });
});
