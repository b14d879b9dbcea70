import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { ServiceAddress, TraceCollector } from "../compile/engine.ts";
import { mocksSocket } from "../compile/envoy/names.ts";
import { contract } from "../compile/manifest.ts";
import { patchProblems } from "../compile/patch-problems.ts";
import { contentsOf, type ImageContents } from "../image/contents.ts";
import type { Registries } from "../image/copy-blob.ts";
import { labelNames } from "../image/gateway-image.ts";
import { type ImageReference, parseReference, showReference } from "../image/reference.ts";
import type { ApiModel } from "../model/api.ts";
import { backendValues } from "../model/backend-values.ts";
import { modelReferences } from "../model/references.ts";
import type { ValueReference } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Checked, checked, error, failed, type Problem, warning, wholeFile } from "../problem.ts";
import { tooManyIssuers } from "../resolve/asked-issuers.ts";
import { differentTrust } from "../resolve/client-certificates.ts";
import { noLimitsService } from "../resolve/limits.ts";
import { withAbsentees } from "./absent-security.ts";
import { engine, environmentOf, judgedValues, mountedPart } from "./compile-gateway.ts";
import type { GatewaySummary } from "./compiled-gateways.ts";
import { type MountedSecurity, mountedAs } from "./followed-security.ts";
import { type Besides, credentialsOfImage, type FoundApi, modelOfImage } from "./image-model.ts";
import type { ImageSays } from "./known-images.ts";
import { packFiles } from "./packed-files.ts";

/** What is asked of a ready image. */
export interface ReadyImage {
  readonly image: string;
  /** The hash that it must have; undefined for any. */
  readonly inputHash: string | undefined;
}

/** What an image's environment is looked for in. */
export interface ImageSurroundings {
  readonly limitsService: ServiceAddress | undefined;
  readonly traces: TraceCollector | undefined;
  /** What credentials were checked with so far beside an image, by what it was made from; undefined where that is not known. */
  readonly before: (inputHash: string) => Values | undefined;
  /** Whether the API serves already: then what is gone lets nobody in, and the rest serves. */
  readonly serves: boolean;
  /** What is wanted of it: all that its environment supplies, or what is followed of one that serves: what credentials are checked with, and its backends. */
  readonly part: "all" | "credentials";
  /** How Securities are mounted beside an image that serves, by what it was made from, as far as that is known. */
  readonly mounted: (inputHash: string) => readonly MountedSecurity[];
  readonly endpoints: () => readonly StoredObject[];
  readonly securities: () => readonly StoredObject[];
  readonly values: (references: readonly ValueReference[]) => Promise<Checked<Values>>;
}

/**
 * The gateway of an image that is ready: nothing is built, and no document is needed, for the image says what the environment must supply. Fails with
 * ImageMissing, ForeignImage or BadImage, with UnknownBackend and MissingSecurity for what the image needs and the namespace does not have, and with
 * what the registry says.
 */
export async function gatewayOfImage(
  read: (reference: ImageReference) => Promise<Checked<ImageSays & { readonly digest: string }>>,
  { image, inputHash }: ReadyImage,
  workload: GatewayWorkload,
  surroundings: ImageSurroundings,
): Promise<Checked<GatewaySummary>> {
  const reference = parseReference(image);
  if (!reference.ok) return reference;
  const says = await read(reference.value);
  if (!says.ok) return says;
  const { digest, manifest, documentHash } = says.value;
  const wrong = unfit(image, manifest, inputHash);
  if (wrong !== undefined) return failed(wrong);
  // Now, and not before the registry answered: they may have changed meanwhile.
  const here = { endpoints: surroundings.endpoints(), securities: surroundings.securities() };
  const isWhole = surroundings.part === "all";
  const mounted = surroundings.mounted(manifest.inputHash);
  const { models, securities, problems, stays, said } = isWhole
    ? wholeOf(
        manifest.apis.map((api) => modelOfImage(api, workload, here, image)),
        image,
        uncounted(image, manifest, surroundings),
      )
    : credentialsOf(
        (besides) => manifest.apis.map((api) => credentialsOfImage(api, workload, here, image, { mounted, ...besides })),
        image,
        mounted,
      );
  const isGone = ({ reason }: Problem): boolean => surroundings.serves && reason === "MissingSecurity";
  if (!problems.every(isGone)) return failed(...problems);
  const values = await surroundings.values(modelReferences(models));
  if (!values.ok) return values;
  const followed = isWhole ? models : models.map((model) => withKnownBackends(model, values.value));
  const { kept, missing, unresolved } = judgedValues(followed, values.value, {
    before: surroundings.before(manifest.inputHash),
    serves: surroundings.serves,
  });
  if (missing.length > 0) return failed(...missing);
  // The image has the routes; of what is compiled here only the environment's part counts.
  const environment = { ...environmentOf({ workload, ...surroundings }, mocksSocket), values: kept };
  const whole = followed.map(withAbsentees(manifest));
  const patches = patchProblems(engine.refusedPatches(whole, environment).filter(({ patch }) => patch.of !== "routes"));
  if (isWhole && patches.length > 0) return failed(...patches);
  const files = engine.compile(whole, environment);
  return checked(
    {
      inputHash: manifest.inputHash,
      documentHash,
      manifest,
      version: manifest.apis[0]?.version ?? "0",
      operations: manifest.apis.reduce((sum, { operations }) => sum + operations, 0),
      endpoints: [...new Set(manifest.apis.flatMap(({ backends }) => backends))],
      verifiers: models.flatMap(({ verifiers }) => verifiers),
      // An image says names.
      ofKinds: [],
      securities,
      references: modelReferences(models),
      // They are in the image.
      limits: [],
      mounted: packFiles(new Map([...mountedPart(files)].filter(([file]) => !stays.has(file)))),
      image: showReference({ ...reference.value, digest }),
      problems: [],
      values: kept,
      unresolved: [...problems, ...unresolved],
    },
    said,
  );
}

/** Of an image that serves, a backend whose Secret is gone stays as it is mounted. */
const withKnownBackends = (model: ApiModel, values: Values): ApiModel => ({
  ...model,
  backends: model.backends.filter((backend) => backendValues(backend, values).kind === "read"),
});

/** What is found of the APIs of an image. */
interface FoundImage {
  readonly models: readonly ApiModel[];
  /** How its Securities are to be mounted, as far as that is known. */
  readonly securities: readonly MountedSecurity[];
  /** What keeps it from being served. */
  readonly problems: readonly Problem[];
  /** The files of the mounted part that stay as they are. */
  readonly stays: ReadonlySet<string>;
  readonly said: readonly Problem[];
}

function wholeOf(found: readonly FoundApi[], image: string, problems: readonly Problem[]): FoundImage {
  const models = found.map(({ model }) => model);
  const together = [...tooManyIssuers(models, wholeFile(image)), ...problems, ...differentTrust(models)];
  return {
    models,
    securities: found.flatMap(({ securities }) => securities),
    problems: [...together, ...found.flatMap((one) => one.problems)],
    stays: new Set(),
    said: [],
  };
}

/** What is wrong with Securities together holds up no other: as far as that goes, each is mounted as it was. */
function credentialsOf(follow: (besides: Besides) => readonly FoundApi[], image: string, mounted: readonly MountedSecurity[]): FoundImage {
  const modelsOf = (found: readonly FoundApi[]): readonly ApiModel[] => found.map(({ model }) => model);
  const crowdOf = (models: readonly ApiModel[]): readonly Problem[] => tooManyIssuers(models, wholeFile(image));
  const alone = follow({ isApart: false, isCrowded: false });
  const isApart = differentTrust(modelsOf(alone)).length > 0;
  const crowd = crowdOf(modelsOf(alone));
  const isCrowded = crowd.length > 0;
  const found = isApart || isCrowded ? follow({ isApart, isCrowded }) : alone;
  // Where nobody knows which issuers were believed before, there is no file of tokens to be made.
  const isTokenless = isCrowded && crowdOf(modelsOf(found)).length > 0;
  const models = isTokenless ? modelsOf(found).map(withoutIssuers) : modelsOf(found);
  const apart = differentTrust(models);
  const left = found.flatMap(({ stays }) => stays);
  return {
    models,
    securities: found.flatMap(({ securities }) => (isTokenless ? withTokensOf(securities, mounted) : securities)),
    problems: found.flatMap(({ problems }) => problems),
    stays: new Set([
      ...left.flatMap(({ files }) => files),
      ...(apart.length > 0 ? ["trust.json"] : []),
      ...(isTokenless ? ["tokens.json"] : []),
    ]),
    said: [
      ...left.map(({ security, files }) => unknownBefore(image, security, files)),
      ...apart.map((one) => ({ ...one, severity: "warning" as const })),
      ...crowd.map(isTokenless ? tokensStay : noneNew),
    ],
  };
}

const withoutIssuers = (model: ApiModel): ApiModel => ({
  ...model,
  verifiers: model.verifiers.map((one) => (one.tokens === undefined ? one : { ...one, tokens: { ...one.tokens, issuers: [] } })),
});

/** What is known to be mounted where the file of tokens stays: of a Security that takes some, what was known before. */
const withTokensOf = (now: readonly MountedSecurity[], mounted: readonly MountedSecurity[]): readonly MountedSecurity[] =>
  now.flatMap((one) => (one.check?.verifier.tokens === undefined ? one : (mountedAs(one, mounted) ?? [])));

const tokensStay = ({ where, message }: Problem): Problem =>
  warning(
    "BadSecurity",
    where,
    `${message} Until then tokens.json stays as it is mounted: issuers that are taken away are still believed.`,
  );

const noneNew = ({ where, message }: Problem): Problem =>
  warning("BadSecurity", where, `${message} Until then what serves believes those issuers alone that it did and that are still said.`);

/** Whoever takes something away that is in such a file is to know that it is still good. */
function unknownBefore(image: string, security: string, files: readonly string[]): Problem {
  const message = `The Security \`${security}\` is wrong, or judges credentials otherwise than what serves, and nobody knows how it was before: ${files.join(" and ")} stay as they are mounted, with what is in them of other Securities. Mend it, or mend what the API's conditions say.`;
  return warning("BadSecurity", wholeFile(image), message);
}

/** Reads out of registries what images say. */
export const readFrom =
  (registries: Registries) =>
  async (reference: ImageReference): Promise<Checked<ImageSays & { readonly digest: string }>> => {
    const contents = await contentsOf(registries(reference.registry), reference);
    if (!contents.ok) return contents;
    const { digest, manifest, labels } = contents.value;
    return checked({ digest, manifest, documentHash: labels[labelNames.documentHash] ?? "" }, []);
  };

function uncounted(image: string, { apis }: ImageContents["manifest"], { limitsService }: ImageSurroundings): readonly Problem[] {
  const [first] = apis.flatMap(({ globalLimits }) => globalLimits);
  return limitsService !== undefined || first === undefined
    ? []
    : [error("NoLimitsService", wholeFile(image), noLimitsService(first, true))];
}

function unfit(image: string, manifest: ImageContents["manifest"], inputHash: string | undefined): Problem | undefined {
  if (manifest.contract !== contract)
    return error(
      "BadImage",
      wholeFile(image),
      `The image's contract is ${manifest.contract}, and this operator serves ${contract}. Build the image anew, or install the operator of its version.`,
    );
  if (inputHash !== undefined && inputHash !== manifest.inputHash)
    return error(
      "BadImage",
      wholeFile(image),
      `The image was made from the input ${manifest.inputHash.slice(0, 12)}, not from ${inputHash.slice(0, 12)}, which \`inputHash\` wants. Name the image that was tested.`,
    );
  return undefined;
}
