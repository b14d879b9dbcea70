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
async function stateAfterAll(
  { namespace, operator, repository }: Run,
  afterDeed: (done: number) => Promise<void> = async () => {},
): Promise<ReadonlyMap<string, unknown>> {
  for (const [index, deed] of deeds.entries()) {
    await deed(namespace);
    await afterDeed(index + 1);
  }
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
  await until(
    "the backend that nobody asks for is gone",
    async () => !(await namespace.kubectl("get", "deployments,services", "--output=name")).includes("store-backend"),
    90_000,
  );
  await operator.idle();
  await operator.stop();
  return endState(namespace, [[repository, "REPOSITORY"]]);
}

/** What is known of the kills that there were. */
interface Kills {
  /** How many, by place and by deed. */
  readonly places: ReadonlyMap<string, number>;
  readonly deeds: ReadonlyMap<number, number>;
  /** Where it wrote and was not killed. Leases tell nothing of an API, and an Event that was not written is not made up for. */
  missed(): readonly string[];
  /** Waits until a deed has had its kills, or nothing comes of it any more. */
  spent(deed: number): Promise<void>;
}

/** Kills an operator at its writes: where it was not killed yet for sure, elsewhere at random, and in each deed about as often. */
function killing({ proxy, operator }: Run, random: () => number): Kills {
  const places = new Map<string, number>();
  const hit = new Map<number, number>();
  const writes = new Set<string>();
  let [deed, killed, mayBe] = [1, 0, Math.ceil(kills / deeds.length)];
  /** Which start of the operator was killed last. */
  let dead = 0;
  const eitherSide = (): "before" | "after" => (random() < 0.5 ? "before" : "after");
  const sideOf = (write: string): "before" | "after" | undefined => {
    // Each start begins with the lease: killed there as often, it would come no further.
    if (write.endsWith(" leases")) return killed < mayBe && random() < 0.1 ? eitherSide() : undefined;
    // What was not written is written again: before comes first, so that there is an after even of what is written once.
    if (!places.has(`before ${write}`)) return "before";
    if (!places.has(`after ${write}`)) return "after";
    return killed < mayBe && random() < 0.7 ? eitherSide() : undefined;
  };
  proxy.decide(({ write }) => {
    if (write === undefined) return { kind: "passes" };
    // It is dead already: what it sent before that is lost.
    if (operator.starts === dead) return { kind: "breaks", when: "before" };
    writes.add(write);
    const when = sideOf(write);
    if (when === undefined) return { kind: "passes" };
    const place = `${when} ${write}`;
    places.set(place, (places.get(place) ?? 0) + 1);
    hit.set(deed, (hit.get(deed) ?? 0) + 1);
    killed++;
    dead = operator.starts;
    // What it does next, it does not: it is killed in the middle of its own question.
    operator.kill();
    return { kind: "breaks", when };
  });
  return {
    places,
    deeds: hit,
    missed: () => {
      const told = [...writes].filter((write) => !/ (?:leases|events)$/.test(write));
      return told.flatMap((write) => [`before ${write}`, `after ${write}`]).filter((place) => !places.has(place));
    },
    spent: async (done) => {
      const deadline = performance.now() + 20_000;
      let idleFrom: number | undefined;
      const isSpent = async (): Promise<boolean> => {
        if (killed >= mayBe || performance.now() > deadline) return true;
        // For a second: what a deed is about, a watch tells a moment later.
        idleFrom = (await operator.isIdle()) ? (idleFrom ?? performance.now()) : undefined;
        return idleFrom !== undefined && performance.now() - idleFrom > 1000;
      };
      await until(`deed ${done} has had its kills`, isSpent, 60_000);
      if (done === deeds.length) return;
      deed = done + 1;
      mayBe = killed + Math.ceil((kills - killed) / (deeds.length - done));
    },
  };
}

describe("an operator that is killed again and again", { timeout: 900_000 }, () => {
  it(`${kills} times, before and after each kind of write, leaves what one leaves that is not`, async (t) => {
    const undisturbed = await begin(t);
    const expected = await stateAfterAll(undisturbed);

    const { PORTICO_E2E_SEED: again } = process.env;
    const seed = again === undefined ? randomInt(2 ** 32) : Number(again);
    t.diagnostic(`seed ${seed}: PORTICO_E2E_SEED=${seed} runs the same again`);
    const run = await begin(t);
    const seen = killing(run, seeded(seed));
    const found = await stateAfterAll(run, (done) => seen.spent(done));
    t.diagnostic([...seen.places].map(([place, count]) => `${place}: ${count}`).join(", "));
    t.diagnostic(`by deed: ${[...seen.deeds].map(([deed, count]) => `${deed}: ${count}`).join(", ")}`);
    assert.ok(run.operator.starts > kills, `it was started ${run.operator.starts} times`);
    assert.ok(seen.places.size >= 6, [...seen.places.keys()].join(", "));
    assert.deepEqual(seen.missed(), [], "before and after each kind of write");
    assert.ok(seen.deeds.size > deeds.length / 2, `kills fell in ${seen.deeds.size} of ${deeds.length} deeds`);
    assert.deepEqual([...found.keys()], [...expected.keys()], "nothing is there twice, nothing is left over");
    assert.deepEqual(found, expected);
  });
});
