import type { ApiSpec } from "../api/api.ts";
import { keyOf, type StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Builder } from "../image/builder.ts";
import type { Listener } from "../image/kaniko/run-job.ts";
import type { ProvidedImage } from "../image/provide.ts";
import { type ImageInput, makesAnew, provideVersion, type RebuildRule } from "../image/provide-version.ts";
import { type ImageReference, showReference } from "../image/reference.ts";
import { imageRequest } from "../image/request.ts";
import { type MadeWith, outdated } from "../image/reuse.ts";
import { tagOfVersion } from "../image/tag.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { isObject } from "../text/node.ts";
import { type CompiledGateway, engine } from "./compile-gateway.ts";
import type { GatewaySummary } from "./compiled-gateways.ts";
import type { ImageState } from "./images.ts";
import type { World } from "./world.ts";

/** Asks once for the image of one input, under a version that stands for another. */
export const rebuildAnnotation = "portico.dev/rebuild-to";

/** What is asked of registry and builder for an API. */
interface ImageAsk {
  readonly target: ImageReference;
  readonly rule: RebuildRule;
  /** Undefined for the operator's own. */
  readonly builder: ApiSpec["builder"];
}

/** The image of an API's version, and what may be done to have it. */
export function imageAsk(
  { registry, repository }: World["settings"]["registry"],
  { metadata }: StoredObject,
  { version, rebuild = "onPolicy", builder }: ApiSpec,
  { api }: GatewayWorkload,
  summary: GatewaySummary & { readonly now: MadeWith },
): ImageAsk {
  const target = {
    registry,
    repository: repository === "" ? api : `${repository}/${api}`,
    tag: tagOfVersion(version ?? summary.version),
    digest: undefined,
  };
  return { target, rule: { rebuild, asked: metadata.annotations[rebuildAnnotation] === summary.inputHash, now: summary.now }, builder };
}

/** The image that an API's gateway needs: the one that serves already where that was made from the same input, else it is looked for, or built. */
export function imageOf(world: World, api: StoredObject, spec: ApiSpec, workload: GatewayWorkload, summary: GatewaySummary): ImageState {
  if (summary.image !== undefined) return { kind: "there", reference: summary.image, madeWith: nobodyKnows };
  const { settings, images } = world;
  const ask = imageAsk(settings.registry, api, spec, workload, { ...summary, now: world.makesWith() });
  const name = showReference(ask.target);
  const serving = servingImage(api, summary.inputHash, name);
  const isLeft = serving !== undefined && (outdated(serving.madeWith, ask.rule.now) === undefined || !makesAnew(ask.rule));
  if (isLeft) return { kind: "there", ...serving };
  return images.ensure(keyOf(api), JSON.stringify([ask, summary.inputHash]), async (signal, now) => {
    const gateway = await world.gateways.whole(api, spec, workload);
    if (!gateway.ok) return { kind: "failed", problems: gateway.problems };
    const began = performance.now();
    const provided = await provide(world, keyOf(api), gateway.value, summary, ask, {
      signal,
      waits: (why) => now({ why }),
      runs: (pod) => now({ pod }),
    });
    world.metrics.built(ask.builder ?? settings.builder, provided.ok, (performance.now() - began) / 1000);
    if (!provided.ok) return { kind: "failed", problems: provided.problems };
    return { kind: "there", reference: showReference(provided.value.reference), madeWith: provided.value.madeWith ?? ask.rule.now };
  });
}

function provide(
  { settings, building, log }: World,
  api: string,
  { apis, folder }: CompiledGateway,
  input: ImageInput,
  { target, rule, builder: chosen = settings.builder }: ImageAsk,
  listener: Omit<Listener, "write">,
): Promise<Checked<ProvidedImage>> {
  const write = (text: string): void => log("info", "build", { api, text: text.trimEnd() });
  const builder = chosen === "none" ? checked(noBuilder, []) : building.builder(chosen, { ...listener, write });
  if (!builder.ok) return Promise.resolve(builder);
  const request = imageRequest(apis, folder, target, settings.base, { engine: engine.name, toolkit: settings.version });
  const isWanted = (): boolean => !listener.signal.aborted && building.leads();
  return provideVersion(builder.value, building.registries(target.registry), { ...request, isWanted }, input, rule);
}

/** Where nothing is to be built, the image is there already, or it is somebody's to bring. */
const noBuilder: Builder = {
  name: "none",
  build: ({ target }) => {
    const advice = "Push it there, or let the API name a builder.";
    return Promise.resolve(
      failed(
        error("ImageMissing", wholeFile(showReference(target)), `The image is not there, and \`builder: none\` builds none. ${advice}`),
      ),
    );
  },
};

/** What the status says that serves, if it is of this name and input. */
function servingImage(
  { value: { status } }: StoredObject,
  inputHash: string,
  target: string,
): { readonly reference: string; readonly madeWith: MadeWith } | undefined {
  if (!isObject(status) || status.inputHash !== inputHash || typeof status.image !== "string") return undefined;
  if (!status.image.startsWith(`${target}@`)) return undefined;
  return { reference: status.image, madeWith: { toolkit: textOf(status.toolkit), base: textOf(status.base) } };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A ready image is as its people made it. */
const nobodyKnows: MadeWith = { toolkit: undefined, base: undefined };
