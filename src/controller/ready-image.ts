import { readResources } from "../api/resource.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { mocksSocket } from "../compile/envoy/names.ts";
import { contract } from "../compile/manifest.ts";
import { contentsOf, type ImageContents } from "../image/contents.ts";
import type { Registries } from "../image/copy-blob.ts";
import { labelNames } from "../image/gateway-image.ts";
import { parseReference, showReference } from "../image/reference.ts";
import type { ApiModel, Backend } from "../model/api.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { endpointBackend } from "../resolve/backends.ts";
import { clusterSettings, engine, environmentOf, mountedPart, objectFile } from "./compile-gateway.ts";
import type { GatewaySummary } from "./compiled-gateways.ts";

/** What is asked of a ready image. */
export interface ReadyImage {
  readonly image: string;
  /** The hash that it must have; undefined for any. */
  readonly inputHash: string | undefined;
}

/**
 * The gateway of an image that is ready: nothing is built, and no document is needed, for the image says what the environment must supply. Fails with
 * ImageMissing, ForeignImage or BadImage, with UnknownBackend for each backend that no TargetEndpoint of the namespace stands for, and with
 * what the registry says.
 */
export async function gatewayOfImage(
  registries: Registries,
  { image, inputHash }: ReadyImage,
  workload: GatewayWorkload,
  endpoints: () => readonly StoredObject[],
): Promise<Checked<GatewaySummary>> {
  const reference = parseReference(image);
  if (!reference.ok) return reference;
  const contents = await contentsOf(registries(reference.value.registry), reference.value);
  if (!contents.ok) return contents;
  const { digest, manifest, labels } = contents.value;
  const wrong = unfit(image, contents.value, inputHash);
  if (wrong !== undefined) return failed(wrong);
  // Now, and not before the registry answered: they may have changed meanwhile.
  const here = endpoints();
  const models = manifest.apis.map((api) => modelOf(api, workload, here, image));
  const problems = models.flatMap((model) => model.problems);
  if (problems.length > 0) return failed(...problems);
  // The image has the routes; of what is compiled here only the environment's part counts.
  const files = engine.compile(
    models.map(({ model }) => model),
    environmentOf(workload, mocksSocket),
  );
  return checked(
    {
      inputHash: manifest.inputHash,
      documentHash: labels[labelNames.documentHash] ?? "",
      version: manifest.apis[0]?.version ?? "0",
      operations: manifest.apis.reduce((sum, { operations }) => sum + operations, 0),
      endpoints: [...new Set(manifest.apis.flatMap(({ backends }) => backends))],
      mounted: mountedPart(files),
      image: showReference({ ...reference.value, digest }),
      problems: [],
    },
    [],
  );
}

function unfit(image: string, { manifest }: ImageContents, inputHash: string | undefined): Problem | undefined {
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

type ManifestApi = ImageContents["manifest"]["apis"][number];

/** An API of an image, as far as the environment's part needs it. */
function modelOf(api: ManifestApi, { namespace }: GatewayWorkload, endpoints: readonly StoredObject[], image: string) {
  const { name, version, owner, hosts, basePath } = api;
  const found = api.backends.map((backend) => backendNamed(backend, namespace, endpoints, image));
  const model: ApiModel = {
    name,
    title: name,
    version,
    owner,
    hosts,
    basePath,
    operations: [],
    backends: found.flatMap(({ backend }) => backend ?? []),
  };
  return { model, problems: found.flatMap(({ problems }) => problems) };
}

interface Found {
  readonly backend: Backend | undefined;
  readonly problems: readonly Problem[];
}

function backendNamed(name: string, namespace: string, endpoints: readonly StoredObject[], image: string): Found {
  const object = endpoints.find(({ metadata }) => metadata.name === name);
  if (object === undefined) {
    const advice = name.startsWith("@")
      ? "A document's own servers are of one environment: let the document name a TargetEndpoint, and build the image anew."
      : "Make a TargetEndpoint of this name.";
    return {
      backend: undefined,
      problems: [error("UnknownBackend", wholeFile(image), `The image needs the backend \`${name}\`, which is not here. ${advice}`)],
    };
  }
  const { value, problems } = readResources([objectFile(object)]);
  const endpoint = value.targetEndpoints.get(name);
  if (endpoint === undefined) return { backend: undefined, problems };
  const wrong: Problem[] = [...problems];
  return { backend: endpointBackend(endpoint, clusterSettings(namespace, undefined), wrong), problems: wrong };
}
