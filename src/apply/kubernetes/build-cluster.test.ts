import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../../testing/envoy.ts";
import { serveHttp } from "../../../testing/http-server.ts";
import { kubeconfigFor } from "../../../testing/kubeconfig.ts";
import { buildCluster } from "./build-cluster.ts";
import { openClient } from "./client.ts";

/** How far a build is in a cluster that has this Job and this pod. */
async function stateOf(t: TestContext, job: object | undefined, ...pods: readonly object[]) {
  const port = await serveHttp(t, ({ url = "" }, answer) => {
    const isPods = url.includes("/pods");
    answer.setHeader("content-type", "application/json");
    if (!isPods && job === undefined) answer.statusCode = 404;
    answer.end(JSON.stringify(isPods ? { kind: "PodList", metadata: {}, items: pods } : { kind: "Job", metadata: { name: "b" }, ...job }));
  });
  const folder = await mkdtemp(join(tmpdir(), "portico-"));
  t.after(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigFor(port));
  return must(await buildCluster(must(openClient({ kubeconfig }))).state("builds", "b"));
}

const failedJob = { status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "Too often." }] } };
const podOf = (status: object): object => ({ metadata: { name: "p" }, status });
const ended = (reason: string): object => ({ containerStatuses: [{ name: "kaniko", state: { terminated: { exitCode: 137, reason } } }] });

describe("a build's Job", () => {
  it("that is not there is gone, though its pod may still be", async (t) => {
    assert.deepEqual(await stateOf(t, undefined, podOf({ phase: "Running" })), { kind: "gone" });
  });

  it("is looked at by its own pod where one of a Job before it has not ended yet", async (t) => {
    const before = { metadata: { name: "before", deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const state = { containerStatuses: [{ name: "kaniko", state: { running: {} } }] };
    assert.deepEqual(await stateOf(t, {}, { ...before, status: state }, podOf(state)), { kind: "running", pod: "p" });
  });
});

describe("why a build's Job failed", () => {
  it("is what its pod says: a node that had too little evicted it", async (t) => {
    const evicted = { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." };
    const why = "Its Job failed (Evicted: The node was low on resource: memory.).";
    assert.deepEqual(await stateOf(t, failedJob, podOf(evicted)), { kind: "failed", pod: undefined, why });
    // Kubelet ends what runs in it, which is the same to its container as any other end.
    const state = await stateOf(t, failedJob, podOf({ ...evicted, ...ended("Error") }));
    assert.deepEqual(state, { kind: "failed", pod: "p", why });
  });

  it("is that it had too little memory", async (t) => {
    const state = await stateOf(t, failedJob, podOf({ phase: "Failed", ...ended("OOMKilled") }));
    assert.match(state.kind === "failed" ? state.why : "", /^It had too little memory \(OOMKilled\)/);
  });

  it("is what the Job says where the pod does not", async (t) => {
    const state = await stateOf(t, failedJob, podOf({ phase: "Failed", ...ended("Error") }));
    assert.equal(state.kind === "failed" && state.why, "Its Job failed (Too often.).");
  });
});
