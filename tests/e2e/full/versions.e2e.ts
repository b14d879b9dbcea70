import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { copy } from "../cluster/images/push.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { pushed } from "../harness/gateway.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";
import { startApiProxy } from "./api-proxy.ts";
import { startOperator } from "./operator-process.ts";

const backend = objectOf("TargetEndpoint", "store", { url: "http://store.example" });
const limit = (requests: number): object => objectOf("RateLimiting", "few", { type: "api", requests, unit: "hour", scope: "local" });
const api = (spec: object = {}): object => apiOf("pets", { replicas: 0, rateLimit: [{ name: "few" }], ...spec });

const reasonOf = (namespace: Namespace, type: string): Promise<string> =>
  namespace.field("api/pets", `.status.conditions[?(@.type=="${type}")].reason`);
const image = (namespace: Namespace): Promise<string> => namespace.field("api/pets", ".status.image");
const digestOf = (image: string): string => image.split("@")[1] ?? assert.fail(`${image} has no digest`);

const plain = target.registryIsPlainHttp ? ["--tls-verify=false"] : [];
/** Which image a tag stands for. */
const digestAt = async (name: string): Promise<string> =>
  (await run(["skopeo", "inspect", ...plain, "--format={{.Digest}}", `docker://${name}`])).trim();

async function begin(t: TestContext) {
  const proxy = await startApiProxy(t);
  // An operator works for all that there are: one of the same name in a namespace that is on its way out would take the version first.
  const others = (): Promise<string> => run([...target.kubectl, "get", "apis", "--all-namespaces", "--output=name"]).catch(() => "");
  await until("the APIs of tests before are gone", async () => (await others()) === "", 120_000);
  const namespace = await makeNamespace(t);
  const repository = randomBytes(4).toString("hex");
  const operator = await startOperator(t, proxy.url, repository);
  await operator.idle();
  await namespace.apply(configMap("pets", pets), backend, limit(3));
  return { namespace, operator, version: `${target.pushRegistry}/e2e/${repository}/pets:1.0.0` };
}

async function isReady(namespace: Namespace): Promise<void> {
  const generation = await namespace.field("api/pets", ".metadata.generation");
  const serves = async (): Promise<boolean> =>
    (await namespace.field("api/pets", ".status.observedGeneration")) === generation && (await reasonOf(namespace, "Ready")) === "Ready";
  await until("it serves", serves, 60_000);
}

describe("an operator, of a version that stands for another image", { timeout: 600_000 }, () => {
  it("never takes nor moves somebody else's, whatever is asked, and serves under a version that is free", async (t) => {
    const { namespace, version } = await begin(t);
    const foreign = pushed(testImage("echo"));
    const from = target.registryIsPlainHttp ? ["--src-tls-verify=false"] : [];
    const [program = "", verb = "", ...rest] = copy(`docker://${foreign}`, version, target.registryIsPlainHttp);
    await run([program, verb, ...from, ...rest]);
    const theirs = await digestAt(version);
    for (const rebuild of ["onPolicy", "always", "never"]) {
      await namespace.apply(api({ rebuild }));
      const generation = await namespace.field("api/pets", ".metadata.generation");
      await until(
        `it says so (${rebuild})`,
        async () =>
          (await reasonOf(namespace, "ImageReady")) === "ForeignImage" &&
          (await namespace.field("api/pets", ".status.observedGeneration")) === generation,
        60_000,
      );
      assert.equal(await digestAt(version), theirs);
    }
    await namespace.apply(objectOf("API", "pets", { image: foreign, replicas: 0 }));
    await until(
      "an image without a gateway is none by its name either",
      async () => {
        const message = await namespace.field("api/pets", '.status.conditions[?(@.type=="ImageReady")].message');
        return message.includes("holds no gateway");
      },
      60_000,
    );
    assert.equal(await namespace.kubectl("get", "deployments", "--output=name"), "", "nothing runs of it");
    await namespace.kubectl("delete", "api", "pets");
    await namespace.apply(api({ version: "1.0.1" }));
    await isReady(namespace);
    assert.equal(await digestAt(version), theirs);
  });

  it("makes a new one of a policy or not, of a document or not, as `rebuild` says", async (t) => {
    const { namespace, version } = await begin(t);
    await namespace.apply(api({ rebuild: "never" }));
    await isReady(namespace);
    const first = await image(namespace);
    assert.equal(await digestAt(version), digestOf(first));

    await namespace.apply(limit(5));
    await until(
      "the policy is said to need another image",
      async () => (await reasonOf(namespace, "ImageReady")) === "TagConflict",
      60_000,
    );
    const served = await namespace.kubectl("get", "deployment", "pets-gateway", "--output=jsonpath={..image}");
    assert.ok(served.includes(digestOf(first)), served);
    assert.equal(await digestAt(version), digestOf(first));

    await namespace.apply(api({ rebuild: "onPolicy" }));
    await isReady(namespace);
    const second = await image(namespace);
    assert.notEqual(digestOf(second), digestOf(first));
    const hash = (await namespace.field("api/pets", ".status.inputHash")).slice(0, 12);
    assert.deepEqual([await digestAt(version), await digestAt(`${version}-${hash}`)], [digestOf(second), digestOf(second)]);
    const events = await namespace.kubectl("get", "events", "--output=jsonpath={.items[*].message}");
    assert.ok(events.includes(`The image is ${second}, in place of ${first}.`), events);

    const changed = { ...pets, paths: { ...pets.paths, "/dogs": { get: { responses: {} } } } };
    await namespace.apply(configMap("pets", changed));
    await until("the document is said to be another's", async () => (await reasonOf(namespace, "ImageReady")) === "TagConflict", 60_000);
    assert.equal(await digestAt(version), digestOf(second));

    await namespace.apply(api({ rebuild: "always" }));
    await isReady(namespace);
    const third = await image(namespace);
    assert.notEqual(digestOf(third), digestOf(second));
    assert.deepEqual(
      [await digestAt(version), await digestAt(`${version}-${hash}`)],
      [digestOf(third), digestOf(second)],
      "what never moves, does not",
    );
    assert.equal(await namespace.field("api/pets", ".status.operations"), "3");
  });
});
