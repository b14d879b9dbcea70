import type { ApiSpec } from "../api/api.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { outdated } from "../image/reuse.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { error, type Problem, wholeFile } from "../problem.ts";
import type { Reason } from "../reason.ts";
import { gatewayWorkload } from "../resolve/workload.ts";
import type { JsonObject } from "../text/node.ts";
import { servesTls } from "../workloads/exposure.ts";
import { pullSecretName } from "../workloads/pull-secret.ts";
import { addressOf } from "./address.ts";
import { judged, saidBefore } from "./breaking.ts";
import { apiSpecOf } from "./compile-gateway.ts";
import type { GatewaySummary } from "./compiled-gateways.ts";
import { conditionsOf, type Progress, type Saying } from "./conditions.ts";
import { followCredentials } from "./follow-credentials.ts";
import { imageOf, rebuildAnnotation } from "./image-of.ts";
import { ownerOf } from "./ownership.ts";
import type { Outcome } from "./queue.ts";
import { contentOf, servingOf } from "./serving.ts";
import type { World } from "./world.ts";
import { writeStatus } from "./write-status.ts";

/** Brings the cluster nearer to what an API asks for, and says in its status how far that is. A step that fails leaves what serves as it is. */
export async function reconcileApi(world: World, key: string): Promise<Outcome> {
  const api = world.collections.apis.objects.get(key);
  if (api === undefined || api.metadata.deleted) {
    world.images.forget(key);
    world.gateways.forget(key);
    world.updates.forget(key);
    world.untouched.delete(key);
    return "done";
  }
  const spec = apiSpecOf(api);
  const {
    progress,
    known,
    written: newest,
    breaking = saidBefore(api),
  }: Stepped = spec.ok ? await step(world, api, spec.value) : { progress: { at: "refused", problems: spec.problems }, known: {} };
  const behind = isRolledOut(progress) ? [] : await followCredentials(world, api, newest);
  const kept = { collection: world.collections.apis, resource: resources.apis };
  const written = await writeStatus(world, kept, api, { buildPod: undefined, ...known }, [
    ...(breaking === undefined ? [] : [breaking]),
    ...conditionsOf(progress),
  ]);
  return written && !isTransient(progress) && !behind.some(({ reason }) => transient.has(reason)) ? "done" : "retry";
}

/** How far an API gets. */
interface Stepped {
  readonly progress: Progress;
  /** What stands in its status beside conditions; what is not known now stays as it was. */
  readonly known: JsonObject;
  /** The image whose mounted part was written just now; undefined where none was. */
  readonly written?: string;
  /** What is said of what it breaks; undefined for what was said before. */
  readonly breaking?: Saying | undefined;
}

/** Whether no pod has an older image any more. */
const isRolledOut = (progress: Progress): boolean => progress.at === "applied" && progress.rollout.kind === "complete";

async function step(world: World, api: StoredObject, spec: ApiSpec): Promise<Stepped> {
  const copies = world.registrySecret.used.length === 0 ? [] : [pullSecretName(ownerOf(api))];
  const workload = gatewayWorkload(api.metadata, spec, copies);
  const summary = await world.gateways.summary(api, spec, workload);
  if (!summary.ok) return { progress: stopped(summary.problems), known: {} };
  const missing = missingSecret(world, api, workload.exposure.tlsSecret);
  if (missing !== undefined) return { progress: { at: "unresolved", problems: [missing] }, known: {} };
  const { saying: breaking, problems } = await judged(world, { api, spec, workload, summary: summary.value });
  if (problems.length > 0) return { progress: stopped(problems), known: {}, breaking };
  return { ...(await towards(world, api, spec, workload, summary.value)), breaking };
}

/** Goes on with what may be served: its image, and then its objects. */
async function towards(
  world: World,
  api: StoredObject,
  spec: ApiSpec,
  workload: GatewayWorkload,
  summary: GatewaySummary,
): Promise<Stepped> {
  const { operations, inputHash } = summary;
  const image = imageOf(world, api, spec, workload, summary);
  if (image.kind !== "there") {
    const progress: Progress = image.kind === "building" ? { at: "building", why: image.why } : { at: "unbuilt", problems: image.problems };
    return { progress, known: { operations, buildPod: image.kind === "building" ? image.pod : undefined } };
  }
  // Without it no pod of this image comes: what serves is still the one before.
  const copy = await world.registrySecret.copyFor(workload.namespace, ownerOf(api));
  if (!copy.ok) return { progress: { at: "unapplied", problems: copy.problems }, known: { operations } };
  const known = {
    operations,
    inputHash,
    image: image.reference,
    toolkit: image.madeWith.toolkit,
    base: image.madeWith.base,
    address: addressOf(workload),
    backends: summary.endpoints,
    securities: askedSecurities(summary),
  };
  await spendAsk(world, api, inputHash);
  const mounted = summary.mounted.open();
  const certificate = certificateVersion(world, workload);
  const content = contentOf({ image: image.reference, inputHash, mounted, certificate });
  const progress = await servingOf(world, api, workload, content, copy.value);
  if (progress.at !== "applied") return { progress, known };
  world.gateways.serves(api, summary, image.reference, isRolledOut(progress));
  const older = outdated(image.madeWith, world.makesWith());
  return { progress: { ...progress, older, unresolved: summary.unresolved }, known, written: image.reference };
}

/** The names of the Securities that what serves asks for, whether they are there or not: one that is deleted is not forgotten. */
function askedSecurities({ manifest }: GatewaySummary): readonly string[] | undefined {
  const names = new Set(manifest.apis.flatMap(({ securities }) => securities.map(({ name }) => name)));
  return names.size === 0 ? undefined : [...names];
}

/** An ask to build an input under a version that stands for another holds once: what was asked for is there. */
async function spendAsk(
  { store, log }: World,
  { metadata: { namespace, name, annotations } }: StoredObject,
  inputHash: string,
): Promise<void> {
  if (annotations[rebuildAnnotation] !== inputHash) return;
  const spent = await store.annotate(resources.apis, namespace, name, { [rebuildAnnotation]: null });
  if (!spent.ok) log("warning", "An ask to rebuild was not taken back.", { namespace, name, why: spent.problems[0]?.message ?? "" });
}

/** Which certificate a gateway serves with: another one is another version of its Secret. */
function certificateVersion({ collections }: World, workload: GatewayWorkload): string | undefined {
  const { namespace, exposure } = workload;
  const metadata = servesTls(workload) ? collections.secrets.objects.get(`${namespace}/${exposure.tlsSecret}`)?.metadata : undefined;
  return metadata && `${metadata.uid}/${metadata.resourceVersion}`;
}

/** What is wrong with an image that is ready, or with its registry. */
const ofImages: ReadonlySet<Reason> = new Set([
  "BadImageName",
  "BadImage",
  "ForeignImage",
  "ImageMissing",
  "RegistryUnreachable",
  "RegistryUntrusted",
  "RegistryDenied",
  "RegistryFailed",
]);

/** Something that is referred to and not there: it may come, which is noticed then. */
const absences: ReadonlySet<Reason> = new Set(["UnknownBackend", "UnknownLimit", "DefinitionMissing", "MissingSecurity", "MissingValue"]);

function stopped(problems: readonly Problem[]): Progress {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.some(({ reason }) => ofImages.has(reason))) return { at: "unbuilt", problems };
  return { at: errors.every(({ reason }) => absences.has(reason)) ? "unresolved" : "refused", problems };
}

function missingSecret({ collections }: World, { metadata: { namespace } }: StoredObject, name: string | undefined): Problem | undefined {
  if (name === undefined || collections.secrets.objects.has(`${namespace}/${name}`)) return undefined;
  return error(
    "BadCertificate",
    wholeFile(`Secret/${name}`),
    "There is no Secret of this name in the API's namespace. Make it (kubernetes.io/tls), or name another.",
  );
}

/** Reasons that pass by themselves, or that nothing in this cluster tells the end of. */
const transient: ReadonlySet<Reason> = new Set([
  "ClusterUnreachable",
  "ClusterDenied",
  "ClusterFailed",
  "RegistryUnreachable",
  "RegistryUntrusted",
  "RegistryDenied",
  "RegistryFailed",
  "ImageMissing",
  "BuildFailed",
  "NameTaken",
  "TagConflict",
  "ForeignImage",
  "BadImage",
]);

const isTransient = (progress: Progress): boolean =>
  "problems" in progress && progress.problems.some(({ reason }) => transient.has(reason));
