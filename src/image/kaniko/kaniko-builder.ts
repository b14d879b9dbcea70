import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Checked, checked, error, failed, type Problem, warning, wholeFile } from "../../problem.ts";
import type { Builder, BuildRequest, BuiltImage } from "../builder.ts";
import type { Registries } from "../copy-blob.ts";
import { packProject } from "../project/pack.ts";
import { showReference } from "../reference.ts";
import { attach } from "../referrers.ts";
import { type Credentials, configFor } from "../registry/credentials.ts";
import type { BuildCluster, BuildState } from "./cluster.ts";
import { type KanikoBuild, type KanikoSettings, kanikoInputs, kanikoJob, registriesOf } from "./job.ts";
import { type LastLines, lastLines } from "./last-lines.ts";

/** What a build reaches beside its cluster. */
export interface KanikoSurroundings {
  readonly registries: Registries;
  /** Whom the build is for its registries. */
  readonly credentials: Credentials;
  /** Gets the build's log as it comes, and why it waits. */
  readonly write: (text: string) => void;
  /** Ends the build: its Job is removed. */
  readonly signal: AbortSignal;
}

/** Between two questions how far the build is. Its log is not asked for: that comes. */
const pauseMs = 500;

/** Makes images in a cluster, as a Job of Kaniko's that builds the project and pushes what it built. */
export const kanikoBuilder = (cluster: BuildCluster, settings: KanikoSettings, around: KanikoSurroundings): Builder => ({
  name: "kaniko",
  build: async (request) => {
    const build = await buildOf(settings, request, around.credentials);
    const job = await cluster.create(kanikoJob(settings, build));
    if (!job.ok) return job;
    try {
      return await runJob(cluster, settings, around, request, build, job.value);
    } finally {
      // Its inputs, the credential among them, go with it; one that cannot be removed ends by its deadline, and then by its age.
      await cluster.remove(settings.namespace, build.name);
    }
  },
});

async function buildOf(
  settings: KanikoSettings,
  { target, base, labels, project }: BuildRequest,
  credentials: Credentials,
): Promise<KanikoBuild> {
  return {
    name: `${nameOf(target.repository)}-${randomBytes(4).toString("hex")}`,
    base,
    target,
    labels,
    parts: await packProject(project()),
    credential: await configFor(credentials, registriesOf(settings, { base, target })),
  };
}

/** The begin of a DNS label that says what is built (Kubernetes: "DNS Label Names"); a Job's pods need room for their own ends. */
const nameOf = (repository: string): string =>
  `portico-${(repository.split("/").at(-1) ?? "").replaceAll(/[^a-z0-9]+/g, "-").slice(0, 30)}`.replace(/-+$/, "");

async function runJob(
  cluster: BuildCluster,
  settings: KanikoSettings,
  around: KanikoSurroundings,
  request: BuildRequest,
  build: KanikoBuild,
  uid: string,
): Promise<Checked<BuiltImage>> {
  for (const input of kanikoInputs(settings, build, uid)) {
    const made = await cluster.create(input);
    if (!made.ok) return made;
  }
  const log = lastLines();
  const digest = await digestOfJob(cluster, settings, around, build.name, log);
  if (!digest.ok) return digest;
  const reference = { ...request.target, digest: digest.value };
  const attached = await attachTo(around.registries, request, digest.value);
  return checked({ reference, digest: digest.value }, attached);
}

/** Waits for the end of a Job, and hands on its log: the digest that Kaniko said. */
async function digestOfJob(
  cluster: BuildCluster,
  { namespace }: KanikoSettings,
  { write, signal }: KanikoSurroundings,
  job: string,
  log: LastLines,
): Promise<Checked<string>> {
  let said: string | undefined;
  const waits = ({ why }: Extract<BuildState, { kind: "waiting" }>): void => {
    if (why === undefined || why === said) return;
    write(`${why}\n`);
    said = why;
  };
  const ask = (): Promise<Checked<BuildState>> => cluster.state(namespace, job);
  const begun = await reached(ask, signal, (state) => {
    if (state.kind === "waiting") waits(state);
    return state.kind !== "waiting";
  });
  if (!begun.ok) return begun;
  const pod = begun.value.kind === "waiting" ? undefined : begun.value.pod;
  if (pod !== undefined) {
    const heard = (text: string): void => {
      log.add(text);
      write(text);
    };
    const followed = await cluster.followLog(namespace, pod, heard, signal);
    if (!followed.ok) return followed;
  }
  const ended = await reached(ask, signal, ({ kind }) => kind === "succeeded" || kind === "failed");
  if (!ended.ok) return ended;
  if (ended.value.kind === "succeeded") return digestIn(job, ended.value.message, log);
  const why = ended.value.kind === "failed" ? ended.value.why : "The build was ended.";
  return failed(buildFailed(job, said === undefined || pod !== undefined ? why : `${why} ${said}`, log.lines()));
}

/** Asks until a build is as far as that, or is to end. */
async function reached(
  ask: () => Promise<Checked<BuildState>>,
  signal: AbortSignal,
  isThere: (state: BuildState) => boolean,
): Promise<Checked<BuildState>> {
  for (;;) {
    const state = await ask();
    if (!state.ok || signal.aborted || isThere(state.value)) return state;
    await wait(pauseMs);
  }
}

function digestIn(job: string, message: string, log: LastLines): Checked<string> {
  const [digest] = /sha256:[0-9a-f]{64}/.exec(message) ?? [];
  return digest === undefined ? failed(buildFailed(job, "It did not say the image's digest.", log.lines())) : checked(digest, []);
}

const buildFailed = (job: string, why: string, log: readonly string[]): Problem => ({
  ...error("BuildFailed", wholeFile(`job/${job}`), `The image was not built. ${why}`),
  log,
});

/** Lays the documents beside an image that is there already: what fails is no reason to throw the image away. */
async function attachTo(registries: Registries, { target, attachments }: BuildRequest, digest: string): Promise<readonly Problem[]> {
  const registry = registries(target.registry);
  const found = await registry.manifest(target.repository, digest);
  if (!found.ok || found.value === undefined) return [notAttached(target, found.problems)];
  const attached = await attach(registry, target, found.value.descriptor, attachments);
  return attached.ok ? [] : [notAttached(target, attached.problems)];
}

const notAttached = (target: BuildRequest["target"], problems: readonly Problem[]): Problem =>
  warning(
    problems[0]?.reason ?? "RegistryFailed",
    wholeFile(showReference(target)),
    `The image is there, but not the documents beside it: ${problems[0]?.message ?? "the registry does not show it."} Then build it with --rebuild.`,
  );
