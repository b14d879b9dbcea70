import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";
import { endState } from "./end-state.ts";
import { type OperatorProcess, startOperator } from "./operator-process.ts";
import { seeded } from "./seeded.ts";

const kills = 50;

/** What people do: twenty adds, updates and deletes, each right after the one before. */
const deeds: readonly ((namespace: Namespace) => Promise<unknown>)[] = [
  (namespace) => namespace.apply(configMap("pets", pets), store),
  ...["a", "b", "c", "d", "e", "f", "g"].map((name) => (namespace: Namespace) => namespace.apply(apiOf(name))),
  (namespace) => namespace.apply(objectOf("TargetEndpoint", "other", { url: "http://other.example" })),
  (namespace) => namespace.kubectl("delete", "api", "a"),
  (namespace) => namespace.apply(apiOf("b", { replicas: 2 })),
  (namespace) => namespace.apply(apiOf("c", { version: "2.0.0" })),
  (namespace) => namespace.apply(configMap("pets", { ...pets, "x-portico": { backend: "store", timeout: "4s" } })),
  (namespace) => namespace.apply(apiOf("h")),
  (namespace) => namespace.kubectl("delete", "api", "d"),
  (namespace) => namespace.apply(apiOf("e", { expose: { service: { type: "NodePort" } } })),
  (namespace) => namespace.apply(objectOf("TargetEndpoint", "store", { url: "http://elsewhere.example" })),
  (namespace) => namespace.apply(apiOf("b")),
  (namespace) => namespace.apply(apiOf("d")),
  (namespace) => namespace.kubectl("delete", "api", "e"),
  (namespace) => namespace.apply(configMap("pets", { ...pets, "x-portico": { backend: "other" } })),
];

interface Run {
  readonly namespace: Namespace;
  readonly operator: OperatorProcess;
  readonly proxy: ApiProxy;
  readonly repository: string;
}

async function begin(t: TestContext): Promise<Run> {
  const proxy = await startApiProxy(t);
  const repository = randomBytes(4).toString("hex");
  const namespace = await makeNamespace(t);
  return { namespace, proxy, repository, operator: await startOperator(t, proxy.url, repository) };
}

/** Does all deeds, lets the operator come to an end, and says what is there then. */
async function stateAfterAll({ namespace, operator, repository }: Run): Promise<ReadonlyMap<string, unknown>> {
  for (const deed of deeds) await deed(namespace);
  await until(
    "every API serves",
    async () => {
      const states = await namespace.kubectl(
        "get",
        "apis,te",
        '--output=jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {end}',
      );
      return /^(True )+$/.test(states);
    },
    180_000,
  );
  await operator.idle();
  await operator.stop();
  return endState(namespace, [[repository, "REPOSITORY"]]);
}

describe("an operator that is killed again and again", { timeout: 900_000 }, () => {
  it(`${kills} times, before and after each kind of write, leaves what one leaves that is not`, async (t) => {
    const undisturbed = await begin(t);
    const expected = await stateAfterAll(undisturbed);

    const seed = randomInt(2 ** 32);
    t.diagnostic(`seed ${seed}`);
    const random = seeded(seed);
    const places = new Map<string, number>();
    const run = await begin(t);
    run.proxy.decide(({ write }) => {
      // Each start begins with the lease: killed there as often, it would come no further.
      const chance = write?.endsWith("leases") ? 0.1 : 0.7;
      if (write === undefined || run.operator.starts > kills || random() > chance) return { kind: "passes" };
      const when = random() < 0.5 ? "before" : "after";
      const place = `${when} ${write}`;
      places.set(place, (places.get(place) ?? 0) + 1);
      // What it does next, it does not: it is killed in the middle of its own question.
      run.operator.kill();
      return { kind: "breaks", when };
    });
    const found = await stateAfterAll(run);
    t.diagnostic([...places].map(([place, count]) => `${place}: ${count}`).join(", "));
    assert.ok(run.operator.starts > kills, `it was started ${run.operator.starts} times`);
    assert.ok(places.size >= 6, [...places.keys()].join(", "));
    assert.deepEqual([...found.keys()], [...expected.keys()], "nothing is there twice, nothing is left over");
    assert.deepEqual(found, expected);
  });
});
