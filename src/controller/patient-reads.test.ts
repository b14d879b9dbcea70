import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { until } from "../../testing/until.ts";
import { unusedStore } from "../../testing/unused-store.ts";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import { type ImageReference, parseReference } from "../image/reference.ts";
import type { Registry } from "../image/registry/registry.ts";
import { checked, error, failed, wholeFile } from "../problem.ts";
import { gatewayWorkload } from "../resolve/workload.ts";
import { followIssuers } from "../source/issuers.ts";
import { apiSpecOf } from "./compile-gateway.ts";
import { compiledGateways } from "./compiled-gateways.ts";
import { patientReads } from "./patient-reads.ts";
import { makeQueue } from "./queue.ts";
import { makeUsers } from "./users.ts";

const unused = (): never => assert.fail("not asked for");

/** Registries of which some do not answer: what was asked of each, in order, and what is still waited for. */
function somewhatSilent(silent: Set<string>) {
  const asked: string[] = [];
  let pending: (() => void)[] = [];
  const answer = async (registry: string): Promise<void> => {
    asked.push(registry);
    if (silent.has(registry)) await new Promise<void>((resolve) => pending.push(resolve));
  };
  const back = (): void => {
    silent.clear();
    const all = pending;
    pending = [];
    for (const one of all) one();
  };
  return { asked, answer, back };
}

/** What is compiled of APIs whose images are in registries that answer that they have none. */
function gatewaysWith(answer: (registry: string) => Promise<void>) {
  const registries = (name: string): Registry => ({
    name,
    manifest: async () => {
      await answer(name);
      return checked(undefined, []);
    },
    ...{ putManifest: unused, hasBlob: unused, blob: unused, openBlob: unused, mountBlob: unused, uploadBlob: unused },
    ...{ referrers: unused, close: unused },
  });
  const none = { objects: new Map(), filled: Promise.resolve(), takeIn: () => {} };
  const collections = {
    ...{ configMaps: none, secrets: none, targetEndpoints: none },
    ...{ rateLimitings: none, securities: none, referenceGrants: none },
  };
  return compiledGateways({
    ...{ store: unusedStore, registries, collections, issuers: followIssuers(), users: makeUsers() },
    ...{ alwaysUsed: [], limitsService: undefined, traces: undefined },
    patience: { longMs: 60_000, shortMs: 10, silenceMs: 60_000 },
  });
}

it("fifty APIs whose images are in one silent registry hold up no other, and recover by themselves", async () => {
  const { asked, answer, back } = somewhatSilent(new Set(["silent.test"]));
  const gateways = gatewaysWith(answer);
  const ended: string[] = [];
  const reasons = new Set<string>();
  const work = async (image: string): Promise<"done" | "retry"> => {
    const metadata = { name: image.replace(/.*\//, ""), namespace: "a", uid: image, resourceVersion: "1", generation: 1 };
    const api = storedObject({ apiVersion: "portico.dev/v1alpha1", kind: "API", metadata, spec: { image: `${image}:1` } });
    const spec = must(apiSpecOf(api));
    const summary = await gateways.summary(api, spec, gatewayWorkload(api.metadata, spec, []));
    const [reason = ""] = summary.problems.map((problem) => problem.reason);
    if (reason !== "ImageMissing") {
      reasons.add(reason);
      return "retry";
    }
    ended.push(image);
    return "done";
  };
  const queue = makeQueue({ work, concurrency: 4, delayMs: () => 20 });
  for (let index = 0; index < 50; index++) queue.add(`silent.test/pets${index}`);
  queue.add("answering.test/pets");
  await until("the other one is worked on", () => ended.length === 1);
  assert.deepEqual(ended, ["answering.test/pets"]);
  const before = asked.filter((registry) => registry === "silent.test").length;
  assert.ok(before <= 5, `the four that are worked on first, and one beside: ${before}`);
  assert.deepEqual([...reasons], ["RegistryUnreachable"]);
  back();
  await until("all are worked on", () => ended.length === 51);
  await queue.stop();
});

describe("reads of images", () => {
  const says = { manifest: { contract: 1, inputHash: "1", apis: [] }, documentHash: "", digest: "sha256:1" };
  const image = (name: string): ImageReference => must(parseReference(`${name}:1`));
  const readsOf = (answer: (registry: string) => Promise<void>, longMs = 60_000, silenceMs = 60_000) =>
    patientReads(
      async ({ registry }) => {
        await answer(registry);
        return registry === "away.test" ? failed(error("RegistryUnreachable", wholeFile(registry), "It is away.")) : checked(says, []);
      },
      { longMs, shortMs: 10, silenceMs },
    );

  it("out of a thousand silent registries are waited for one at a time, and those of one that answers are there at the second time", async () => {
    const { asked, answer, back } = somewhatSilent(new Set(Array.from({ length: 1000 }, (_, index) => `silent${index}.test`)));
    const read = readsOf(answer);
    const first = [0, 1, 2, 3].map((index) => read(image(`silent${index}.test/pets`)));
    await Promise.all(first.slice(1));
    const turn = new Promise((resolve) => setTimeout(resolve, 0, "waited"));
    const others = Array.from({ length: 996 }, (_, index) => read(image(`silent${index + 4}.test/pets`)));
    const answers = await Promise.race([Promise.all([...others, read(image("answering.test/pets"))]), turn]);
    assert.ok(Array.isArray(answers) && answers.every(({ ok }) => !ok));
    assert.equal((await read(image("answering.test/other"))).ok, true);
    assert.equal(asked.length, 1002);
    back();
    assert.equal((await first[0])?.ok, true);
  });

  it("whose registry cannot be reached are as those of a silent one", async () => {
    const { answer, back } = somewhatSilent(new Set(["silent.test"]));
    const read = readsOf(answer);
    await read(image("away.test/pets"));
    const trying = read(image("silent.test/pets"));
    for (const name of ["away", "answering"]) assert.equal((await read(image(`${name}.test/pets`))).ok, false);
    await until("it is heard", async () => (await read(image("answering.test/pets"))).ok);
    back();
    assert.equal((await trying).ok, true);
  });

  it("go on beside where nobody waits any more, one of an image, and are waited for again once it answers", async () => {
    const { asked, answer, back } = somewhatSilent(new Set(["silent.test"]));
    const read = readsOf(answer, 20, 0);
    assert.equal((await read(image("silent.test/pets"))).ok, false);
    assert.equal((await read(image("silent.test/pets"))).ok, false);
    assert.equal(asked.length, 1);
    back();
    await until("it is asked again", async () => (await read(image("silent.test/pets"))).ok);
  });
});
