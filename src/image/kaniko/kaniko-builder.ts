import { createHash, randomBytes } from "node:crypto";
import { type Checked, checked, failed, type Problem, warning, wholeFile } from "../../problem.ts";
import type { Builder, BuildRequest, BuiltImage } from "../builder.ts";
import type { Registries } from "../copy-blob.ts";
import { pin } from "../existing.ts";
import { filesHash } from "../files-hash.ts";
import { baseLabels } from "../gateway-image.ts";
import { packProject } from "../project/pack.ts";
import { type ImageReference, showReference } from "../reference.ts";
import { attach } from "../referrers.ts";
import { type Credentials, configFor } from "../registry/credentials.ts";
import type { BuildCluster } from "./cluster.ts";
import { lastLines } from "./last-lines.ts";
import { makeJob } from "./make-job.ts";
import { pushedImage } from "./pushed.ts";
import { buildFailed, digestOfJob, type Listener } from "./run-job.ts";
import { type KanikoBuild, type KanikoSettings, registriesOf } from "./settings.ts";
import type { SharedJobs } from "./shared-jobs.ts";

/** What a build reaches beside its cluster. */
export interface KanikoSurroundings extends Listener {
  readonly registries: Registries;
  /** Whom the build is for its registries. */
  readonly credentials: Credentials;
  /** Whether the same build, begun by somebody who is gone, is taken up where it stands. */
  readonly resumes: boolean;
  /** Those of all builds of this program. */
  readonly jobs: SharedJobs;
}

/** Makes images in a cluster, as a Job of Kaniko's that builds the project and pushes what it built. */
export const kanikoBuilder = (cluster: BuildCluster, settings: KanikoSettings, around: KanikoSurroundings): Builder => ({
  name: "kaniko",
  build: async (request) => {
    const images = await pinned(around.registries, settings, request);
    if (!images.ok) return images;
    const [pinnedSettings, base] = [{ ...settings, toolkit: images.value.toolkit }, images.value.base];
    const build = await buildOf(pinnedSettings, { ...request, base }, around);
    if (around.signal.aborted) return failed(buildFailed(build.name, "The build was ended.", []));
    return around.jobs.shared(
      build.name,
      () => makeJob(cluster, pinnedSettings, build, around.signal),
      async (job) => (job.ok ? runJob(cluster, pinnedSettings, around, request, build) : job),
      // Its inputs, the credential among them, go with it; one that cannot be removed ends by its deadline, and then by its age.
      () => cluster.remove(settings.namespace, build.name),
    );
  },
});

/** The images that a build is made of, by digest: a tag may move before Kaniko pulls it. */
async function pinned(
  registries: Registries,
  settings: KanikoSettings,
  { base }: BuildRequest,
): Promise<Checked<{ readonly toolkit: ImageReference; readonly base: ImageReference }>> {
  const [toolkit, pinnedBase] = await Promise.all([settings.toolkit, base].map((image) => pin(registries, image)));
  if (!toolkit?.ok || !pinnedBase?.ok) return failed(...(toolkit?.problems ?? []), ...(pinnedBase?.problems ?? []));
  return checked({ toolkit: toolkit.value, base: pinnedBase.value }, []);
}

async function buildOf(
  settings: KanikoSettings,
  { target, base, labels, files, project }: BuildRequest,
  { credentials, resumes }: KanikoSurroundings,
): Promise<KanikoBuild> {
  // One that was begun in another way, by an executor that cannot be pulled say, is not the same.
  const { executor, extraArguments, plainHttp, plainHttpRegistries } = settings;
  const same = JSON.stringify([
    [target, base, settings.toolkit].map(showReference),
    labels,
    executor,
    extraArguments,
    plainHttp,
    plainHttpRegistries,
  ]);
  const own = resumes ? createHash("sha256").update(same).digest("hex").slice(0, ownDigits) : randomBytes(ownDigits / 2).toString("hex");
  return {
    name: `${nameOf(target.repository)}-${own}`,
    base,
    target,
    labels: { ...labels, ...baseLabels(base, base.digest ?? "") },
    filesHash: filesHash(files),
    parts: await packProject(project()),
    credential: await configFor(credentials, registriesOf(settings, { base, target })),
  };
}

/** By so many digits a build is known: as many as nobody finds another input for. */
const ownDigits = 16;

/** The begin of a DNS label that says what is built (Kubernetes: "DNS Label Names"); a Job's pods need room for their own ends. */
const nameOf = (repository: string): string =>
  `portico-${(repository.split("/").at(-1) ?? "").replaceAll(/[^a-z0-9]+/g, "-").slice(0, 22)}`.replace(/-+$/, "");

async function runJob(
  cluster: BuildCluster,
  settings: KanikoSettings,
  around: KanikoSurroundings,
  request: BuildRequest,
  build: KanikoBuild,
): Promise<Checked<BuiltImage>> {
  const log = lastLines();
  const digest = await digestOfJob(cluster, settings.namespace, around, build.name, log);
  if (!digest.ok) return digest;
  const registry = around.registries(request.target.registry);
  const pushed = await pushedImage(registry, build, digest.value, log);
  if (!pushed.ok) return pushed;
  // What fails beside an image that is there is no reason to throw it away.
  const attached = await attach(registry, request.target, pushed.value.descriptor, request.attachments(build.base));
  const built = { reference: { ...request.target, digest: digest.value }, digest: digest.value };
  return checked(built, attached.ok ? [] : [notAttached(request.target, attached.problems)]);
}

const notAttached = (target: BuildRequest["target"], problems: readonly Problem[]): Problem =>
  warning(
    problems[0]?.reason ?? "RegistryFailed",
    wholeFile(showReference(target)),
    `The image is there, but not the documents beside it: ${problems[0]?.message ?? ""} Then build it with --rebuild.`,
  );
