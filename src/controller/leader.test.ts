import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type FakeCluster, fakeCluster } from "../../testing/fake-cluster.ts";
import { stillTime } from "../../testing/still-time.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import { seekLeadership } from "./leader.ts";
import { leadOf } from "./lease.ts";

const path = "/apis/coordination.k8s.io/v1/namespaces/a/leases/portico-operator";
const metadata = { name: "portico-operator", namespace: "a" };
const hourMs = 3_600_000;

/** Somebody else says that he leads, by a clock that may be off. */
const saysOther = (cluster: FakeCluster, clockOffMs = 0, leaseDurationSeconds = 15): void => {
  const renewTime = new Date(Date.now() + clockOffMs).toISOString();
  cluster.put(path, { metadata, spec: { holderIdentity: "other", leaseDurationSeconds, renewTime } });
};

const holderIn = (cluster: FakeCluster): string => leadOf(storedObject(cluster.read(path))).holder;

/** One who seeks the lead, by a connection of his own. */
function seek(t: TestContext, cluster: FakeCluster, identity: string) {
  const connection = cluster.open();
  const { transport } = connection;
  const ended = new AbortController();
  t.after(() => ended.abort());
  const options = { transport, store: objectStore(transport), namespace: "a", identity, log: () => {}, signal: ended.signal };
  const { won, lost, holds, release } = seekLeadership(options);
  const seeker = { connection, holds, release, end: () => ended.abort(), isWon: false, isLost: false };
  void won.then(() => {
    seeker.isWon = true;
  });
  void lost.then(() => {
    seeker.isLost = true;
  });
  return seeker;
}

describe("who seeks the lead", () => {
  it("takes it where nobody has it, or has it any more", async (t) => {
    const pass = stillTime(t);
    const cluster = fakeCluster();
    const first = seek(t, cluster, "first");
    await pass(1_000, () => first.isWon);
    assert.deepEqual([first.holds(), holderIn(cluster)], [true, "first"]);
    const second = seek(t, cluster, "second");
    await pass(60_000, () => second.isWon);
    assert.deepEqual([first.holds(), second.isWon, first.isLost], [true, false, false]);
    await first.release();
    first.end();
    const afterMs = await pass(60_000, () => second.isWon);
    assert.ok(afterMs < 1_000, String(afterMs));
    assert.deepEqual([first.holds(), second.holds(), first.isLost], [false, true, false]);
  });

  for (const [which, clockOffMs] of [
    ["is right", 0],
    ["is five hours behind", -5 * hourMs],
    ["is five hours ahead", 5 * hourMs],
  ] as const) {
    it(`takes it from one whose clock ${which} once he was silent for the lease's time, and not before`, async (t) => {
      const pass = stillTime(t);
      const cluster = fakeCluster();
      saysOther(cluster, clockOffMs);
      // Nobody knows how long he has been silent: the time begins with the first look.
      await pass(40_000);
      const seeker = seek(t, cluster, "seeker");
      for (let turn = 0; turn < 20; turn++) {
        await pass(14_000, () => seeker.isWon);
        assert.equal(seeker.isWon, false, `after ${turn + 1} times 14 s`);
        saysOther(cluster, clockOffMs);
      }
      const silentMs = await pass(60_000, () => seeker.isWon);
      assert.ok(silentMs >= 15_000 && silentMs <= 15_500, String(silentMs));
      assert.equal(holderIn(cluster), "seeker");
    });
  }

  it("waits for as long as the lease says that is there", async (t) => {
    const pass = stillTime(t);
    const cluster = fakeCluster();
    saysOther(cluster, 0, 40);
    const seeker = seek(t, cluster, "seeker");
    const silentMs = await pass(90_000, () => seeker.isWon);
    assert.ok(silentMs >= 40_000 && silentMs <= 40_500, String(silentMs));
  });

  it("that does not see the other one's word does not take the lead from him", async (t) => {
    const pass = stillTime(t);
    const cluster = fakeCluster();
    saysOther(cluster);
    const seeker = seek(t, cluster, "seeker");
    await pass(5_000);
    seeker.connection.trouble = (asked) => (asked.startsWith("WATCH") ? "silent" : undefined);
    for (let turn = 0; turn < 20; turn++) {
      await pass(3_000);
      saysOther(cluster);
    }
    assert.deepEqual([seeker.isWon, holderIn(cluster)], [false, "other"]);
  });
});

describe("who leads", () => {
  for (const trouble of ["silent", new Error("refused")] as const) {
    it(`and is cut off (${trouble}) leads no more before another one does`, async (t) => {
      const pass = stillTime(t);
      const cluster = fakeCluster();
      const first = seek(t, cluster, "first");
      await pass(1_000, () => first.isWon);
      const second = seek(t, cluster, "second");
      await pass(30_000);
      assert.ok(first.holds());
      first.connection.trouble = () => trouble;
      const lostMs = await pass(60_000, () => first.isLost);
      assert.ok(lostMs > 5_000 && lostMs <= 10_100, String(lostMs));
      assert.deepEqual([first.holds(), second.isWon], [false, false]);
      const leads = lostMs + (await pass(60_000, () => second.isWon));
      assert.ok(leads >= 12_000 && leads <= 15_500, String(leads));
      // What he says late is not heard.
      first.connection.trouble = () => undefined;
      await pass(30_000);
      assert.deepEqual([first.holds(), second.holds(), holderIn(cluster)], [false, true, "second"]);
    });
  }

  it("and is cut off for a moment leads on", async (t) => {
    const pass = stillTime(t);
    const cluster = fakeCluster();
    const first = seek(t, cluster, "first");
    await pass(1_000, () => first.isWon);
    first.connection.trouble = () => new Error("refused");
    await pass(5_000);
    first.connection.trouble = () => undefined;
    await pass(60_000);
    assert.deepEqual([first.holds(), first.isLost], [true, false]);
  });

  it("and sees that another one does leads no more, and leaves it to him", async (t) => {
    const pass = stillTime(t);
    const cluster = fakeCluster();
    const first = seek(t, cluster, "first");
    await pass(1_000, () => first.isWon);
    saysOther(cluster);
    const lostMs = await pass(60_000, () => first.isLost);
    assert.ok(lostMs <= 3_100, String(lostMs));
    assert.deepEqual([first.holds(), holderIn(cluster)], [false, "other"]);
  });

  it("and ends has not lost the lead, whether he gave it away or not", async (t) => {
    const pass = stillTime(t);
    for (const isGiven of [true, false]) {
      const cluster = fakeCluster();
      const first = seek(t, cluster, "first");
      await pass(1_000, () => first.isWon);
      if (isGiven) await first.release();
      first.end();
      await pass(60_000);
      assert.deepEqual([first.holds(), first.isLost, holderIn(cluster)], [false, false, isGiven ? "" : "first"]);
    }
  });
});
