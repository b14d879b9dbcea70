import assert from "node:assert/strict";
import { hostname } from "node:os";
import { describe, it, type TestContext } from "node:test";
import { fakeCluster } from "../../testing/fake-cluster.ts";
import { stillTime } from "../../testing/still-time.ts";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import { untilAborted } from "../apply/until-aborted.ts";
import { asLeader } from "./as-leader.ts";
import { leadOf } from "./lease.ts";

const path = "/apis/coordination.k8s.io/v1/namespaces/a/leases/portico-operator";

/** Somebody who works as the leader of a cluster: until he is told that it is over, unless he does something else. */
function leader(t: TestContext, work = (signal: AbortSignal): Promise<unknown> => untilAborted(signal)) {
  const cluster = fakeCluster();
  const connection = cluster.open();
  const ended = new AbortController();
  t.after(() => ended.abort());
  const errors: string[] = [];
  const log = (level: string, message: string): void => {
    if (level === "error") errors.push(message);
  };
  const run = {
    cluster,
    connection,
    errors,
    code: -1,
    thrown: "",
    works: false,
    end: () => ended.abort(),
    begin: () => {
      const surroundings = { open: () => connection.transport, namespace: "a", log, signal: ended.signal };
      const working = asLeader(surroundings, async (_, signal) => {
        run.works = true;
        await work(signal);
      });
      working.then(
        (code) => {
          run.code = code;
        },
        (thrown: unknown) => {
          run.thrown = String(thrown);
        },
      );
    },
    holder: () => leadOf(storedObject(cluster.read(path))).holder,
  };
  return run;
}

describe("who works as a leader", () => {
  it("ends with 1 when the lead is lost, though the cluster is silent", async (t) => {
    const pass = stillTime(t);
    const run = leader(t);
    run.begin();
    await pass(20_000);
    assert.deepEqual([run.works, run.code, run.holder()], [true, -1, hostname()]);
    run.connection.trouble = () => "silent";
    const lostMs = await pass(60_000, () => run.code !== -1);
    assert.ok(lostMs <= 10_100, String(lostMs));
    assert.deepEqual([run.code, run.errors], [1, ["This operator does not lead any more."]]);
  });

  it("ends with 0 when he is told to, and gives the lead away", async (t) => {
    const pass = stillTime(t);
    const run = leader(t);
    run.begin();
    await pass(20_000);
    run.end();
    assert.equal(await pass(60_000, () => run.code === 0), 0);
    await pass(60_000);
    assert.deepEqual([run.holder(), run.errors], ["", []]);
  });

  it("ends with 0 when he is told to before he leads, and does not begin", async (t) => {
    const pass = stillTime(t);
    for (const isLate of [true, false]) {
      const run = leader(t);
      run.connection.trouble = () => new Error("refused");
      if (!isLate) run.end();
      run.begin();
      if (isLate) await pass(20_000);
      run.end();
      assert.equal(await pass(60_000, () => run.code === 0), 0);
      assert.equal(run.works, false);
    }
  });

  it("gives the lead away when his work fails in a way that nobody thought of", async (t) => {
    const pass = stillTime(t);
    const run = leader(t, () => Promise.reject(new Error("out")));
    run.begin();
    await pass(20_000, () => run.thrown !== "");
    assert.deepEqual([run.thrown, run.holder()], ["Error: out", ""]);
  });
});
