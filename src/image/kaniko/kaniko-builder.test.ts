import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../../testing/envoy.ts";
import { type FakeRegistry, putBaseImage, startFakeRegistry } from "../../../testing/fake-registry.ts";
import { openRegistries } from "../../../testing/open-registries.ts";
import { checked, error, failed, wholeFile } from "../../problem.ts";
import { Redacted } from "../../redacted.ts";
import { labelNames } from "../gateway-image.ts";
import { jsonBlob, mediaTypes } from "../oci.ts";
import { parseReference } from "../reference.ts";
import type { BuildCluster, BuildState } from "./cluster.ts";
import { kanikoBuilder } from "./kaniko-builder.ts";
import type { KubernetesObject } from "./settings.ts";
import { type SharedJobs, sharedJobs } from "./shared-jobs.ts";

const unreachable = failed(error("ClusterUnreachable", wholeFile("cluster"), "It does not answer."));
const running: BuildState = { kind: "running", pod: "p" };

/** What builds of one program have together. */
interface Beside {
  readonly fake?: Awaited<ReturnType<typeof startFakeRegistry>>;
  readonly jobs?: SharedJobs;
  /** The labels that Kaniko gives the image, of those that it is told. */
  readonly labelled?: (labels: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** What a Job is told to label its image with. */
function labelsOf(job: KubernetesObject | undefined): Readonly<Record<string, string>> {
  const args: readonly string[] = Object(job?.spec).template.spec.containers[0].args;
  const labels = args.flatMap((arg) => (arg.startsWith("--label=") ? [arg.slice("--label=".length).replaceAll("$$", "$")] : []));
  return Object.fromEntries(labels.map((label) => [label.slice(0, label.indexOf("=")), label.slice(label.indexOf("=") + 1)]));
}

/** Pushes an image as Kaniko does: its digest. */
function push({ blobs, manifests }: FakeRegistry, labels: Readonly<Record<string, string>>): string {
  const rootfs = { type: "layers", diff_ids: [] };
  const config = jsonBlob(mediaTypes.config, { architecture: "amd64", os: "linux", config: { Labels: labels }, rootfs });
  const mediaType = mediaTypes.manifest;
  const manifest = jsonBlob(mediaType, { schemaVersion: 2, mediaType, config: config.descriptor, layers: [] });
  blobs.set(`team/pets_2@${config.descriptor.digest}`, Buffer.from(config.bytes));
  manifests.set("team/pets_2:1", { mediaType, bytes: Buffer.from(manifest.bytes) });
  return manifest.descriptor.digest;
}

/** Builds in a cluster that is in these states, one after the other; what it made, and what came of it. */
async function build(
  t: TestContext,
  states: readonly (BuildState | "silent")[],
  change: Partial<BuildCluster> = {},
  signal = new AbortController().signal,
  resumes = false,
  { fake: registry, jobs, labelled = (labels) => labels }: Beside = {},
) {
  const fake = registry ?? (await startFakeRegistry(t));
  const base = await putBaseImage(fake, "base", "1", "amd64");
  const made: KubernetesObject[] = [];
  const removed: string[] = [];
  const said: string[] = [];
  const ran: string[] = [];
  let turn = 0;
  const cluster: BuildCluster = {
    dockerConfig: async () => checked(new Redacted(""), []),
    state: async () => {
      const state = states[Math.min(turn++, states.length - 1)] ?? running;
      if (state === "silent") return unreachable;
      const isPushed = state.kind === "succeeded" && state.message === "pushed";
      return checked(isPushed ? { ...state, message: push(fake, labelled(labelsOf(made[0]))) } : state, []);
    },
    news: () => ({ next: async () => {}, close: () => {} }),
    followLog: async (_, __, write) => checked(write("one\ntwo\n"), []),
    remove: async (_, job) => checked(void removed.push(job), []),
    ...change,
    create: async (object) => {
      const uid = String(made.push(object));
      return change.create?.(object) ?? checked({ uid, isNew: true }, []);
    },
  };
  const settings = {
    namespace: "builds",
    executor: "kaniko:1",
    toolkit: must(parseReference(`${fake.host}/base:1`)),
    serviceAccount: undefined,
    plainHttp: true,
    plainHttpRegistries: [],
    authorities: undefined,
    cache: undefined,
    mirrors: [],
    deadlineSeconds: 60,
    extraArguments: [],
  };
  const credentials = () => Promise.resolve({ kind: "password", user: "u", password: new Redacted("p") } as const);
  const registries = openRegistries(t);
  const built = await kanikoBuilder(cluster, settings, {
    registries,
    credentials,
    write: (text) => said.push(text),
    waits: (why) => said.push(`${why}\n`),
    runs: (pod) => ran.push(pod),
    signal,
    resumes,
    jobs: jobs ?? sharedJobs(),
  }).build({
    base: must(parseReference(`${fake.host}/base:1`)),
    target: must(parseReference(`${fake.host}/team/Pets_2:1`.toLowerCase())),
    files: new Map(),
    project: () => new Map([["gateway.yaml", "x"]]),
    labels: { [labelNames.title]: "$(HOME) costs $5", [labelNames.inputHash]: "abc" },
    attachments: () => [{ artifactType: "text/plain", title: "x", bytes: Buffer.from("x") }],
  });
  return { base, built, made, removed, ran, said: said.join("") };
}

/** Kaniko pushed, and said the digest. */
const pushed: BuildState = { kind: "succeeded", pod: "p", message: "pushed" };
const said = (message: string): BuildState => ({ kind: "succeeded", pod: "p", message });
const problems = ({ problems: found }: { readonly problems: readonly { readonly reason: string; readonly message: string }[] }) =>
  found.map(({ reason, message }) => `${reason} ${message}`);

describe("a build in a cluster", { concurrency: 4 }, () => {
  it("pins its images, takes its labels as they are, and removes its Job", async (t) => {
    const { base, built, made, removed, ran } = await build(t, [running, pushed]);
    assert.match(built.ok ? built.value.digest : "", /^sha256:/);
    assert.deepEqual(ran, ["builds/p"]);
    const text = JSON.stringify(made);
    assert.match(text, new RegExp(`FROM [^ ]+/base:1@${base.descriptor.digest} AS toolkit`));
    assert.ok(text.includes(`base.digest=${base.descriptor.digest}`));
    assert.ok(text.includes("=$$(HOME) costs $$5"));
    assert.match(removed.join(), /^portico-pets-2-[0-9a-f]{16}$/);
    assert.equal(made.filter(({ kind }) => kind === "Secret").length, 1);
  });

  it("has a name of its own, unless it is to be taken up by whoever comes after", async (t) => {
    const signal = new AbortController().signal;
    const nameOf = async (resumes: boolean): Promise<unknown> => {
      const { made } = await build(t, [pushed], {}, signal, resumes);
      return Object(made[0]?.metadata).name.replace(/^.*-/, "");
    };
    assert.notEqual(await nameOf(false), await nameOf(false));
    assert.match(String(await nameOf(true)), /^[0-9a-f]{16}$/);
  });

  it("is not lost when the cluster is silent for a while", async (t) => {
    const { built } = await build(t, ["silent", "silent", running, "silent", pushed]);
    assert.equal(built.ok, true);
  });

  it("is given up, and its Job removed, when the cluster stays silent", { timeout: 30_000 }, async (t) => {
    const { built, removed } = await build(t, ["silent"]);
    assert.match(problems(built).join(), /^ClusterUnreachable/);
    assert.equal(removed.length, 1);
  });

  it("does without a log that cannot be read", async (t) => {
    const { built } = await build(t, [running, pushed], { followLog: async () => unreachable });
    assert.equal(built.ok, true);
  });

  it("says the last lines of one that failed, and why its pod waited", async (t) => {
    const { built, said } = await build(t, [
      { kind: "waiting", why: "It waits." },
      { kind: "waiting", why: "It waits." },
      { kind: "failed", pod: undefined, why: "Its time was over." },
    ]);
    assert.deepEqual(problems(built), ["BuildFailed The image was not built. Its time was over. It waits."]);
    assert.equal(said, "It waits.\n");
    const late = await build(t, [running, { kind: "failed", pod: "p", why: "Its Job failed." }]);
    assert.deepEqual(
      late.built.problems.map(({ log }) => log),
      [["one", "two"]],
    );
  });

  it("is one that failed, at once, where somebody removed its Job", async (t) => {
    const before: readonly BuildState[][] = [[{ kind: "waiting", why: undefined }], [running]];
    for (const states of before) {
      const { built } = await build(t, [...states, { kind: "gone" }]);
      assert.deepEqual(problems(built), ["BuildFailed The image was not built. Its Job was removed."]);
    }
  });

  it("ends with its Job where its log does not", { timeout: 60_000 }, async (t) => {
    const { built } = await build(t, [running, pushed], { followLog: () => new Promise(() => {}) });
    assert.equal(built.ok, true);
  });

  it("waits until what a Job of its name before it had is gone", async (t) => {
    let left = 1;
    const create = async ({ kind }: KubernetesObject) => checked({ uid: "1", isNew: kind !== "ConfigMap" || left-- <= 0 }, []);
    const { built } = await build(t, [pushed], { create });
    assert.equal(built.ok, true);
    assert.ok(left < 0);
  });

  it("that another one waits for, too, is not removed by who waits no more", async (t) => {
    const beside = { fake: await startFakeRegistry(t), jobs: sharedJobs() };
    const removed: string[] = [];
    const ended = Promise.withResolvers<void>();
    const left = new AbortController();
    let [uid, follows] = [0, 0];
    const cluster: Partial<BuildCluster> = {
      create: async ({ kind }) => checked({ uid: "1", isNew: kind !== "Job" || uid++ === 0 }, []),
      followLog: async () => {
        follows++;
        if (follows === 2) left.abort();
        await ended.promise;
        return checked(undefined, []);
      },
      news: (_, __, signal) => {
        let first = true;
        const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        return {
          next: async () => {
            if (!first) await Promise.race([ended.promise, aborted]);
            first = false;
          },
          close: () => {},
        };
      },
      remove: async (_, job) => checked(void removed.push(job), []),
    };
    const stays = build(t, [running, pushed], cluster, undefined, true, beside);
    const leaves = build(t, [running], cluster, left.signal, true, beside);
    assert.equal((await leaves).built.ok, false);
    assert.deepEqual(removed, []);
    ended.resolve();
    assert.equal((await stays).built.ok, true);
    assert.equal(removed.length, 1);
  });

  it("that says no digest is none", async (t) => {
    const { built } = await build(t, [said("")]);
    assert.deepEqual(problems(built), ["BuildFailed The image was not built. It did not say the image's digest."]);
  });

  it("is not begun when nobody waits for it any more", async (t) => {
    const { built, made } = await build(t, [running], {}, AbortSignal.abort());
    assert.equal(built.ok, false);
    assert.deepEqual(made, []);
  });

  it("whose documents cannot be laid beside it is one all the same, with a warning", async (t) => {
    const fake = await startFakeRegistry(t);
    fake.fault = ({ method }, response) => method === "POST" && Boolean(response.writeHead(400).end());
    const { built } = await build(t, [pushed], {}, undefined, false, { fake });
    assert.equal(built.ok, true);
    assert.deepEqual(
      built.problems.map(({ severity }) => severity),
      ["warning"],
    );
  });

  it("that pushed nothing, or something else, is none", async (t) => {
    const digest = `sha256:${"0".repeat(64)}`;
    const nothing = await build(t, [running, said(digest)]);
    assert.match(
      problems(nothing.built).join(),
      /^BuildFailed Kaniko says that it pushed sha256:0+, but the tag stands for nothing\. .*--no-push/,
    );
    assert.deepEqual([nothing.built.ok, nothing.built.problems[0]?.log], [false, ["one", "two"]]);
    const fake = await startFakeRegistry(t);
    const there = push(fake, {});
    const other = await build(t, [said(digest)], {}, undefined, false, { fake });
    assert.match(problems(other.built).join(), new RegExp(`but the tag stands for ${there}`));
  });

  it("whose image has another label than was asked for is none", async (t) => {
    for (const change of [{ [labelNames.inputHash]: "other" }, { [labelNames.baseDigest]: undefined }]) {
      const labelled = (labels: Readonly<Record<string, string>>) => JSON.parse(JSON.stringify({ ...labels, ...change }));
      const { built } = await build(t, [pushed], {}, undefined, false, { labelled });
      assert.match(problems(built).join(), new RegExp(`^BuildFailed .* another label \`${Object.keys(change)[0]}\` `));
      assert.equal(built.ok, false);
    }
  });
});
