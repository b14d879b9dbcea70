import { qualifiedName } from "../api/qualified-name.ts";
import { readResources } from "../api/resource.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { decisionHash } from "../compile/manifest.ts";
import type { ImageContents } from "../image/contents.ts";
import type { ApiModel } from "../model/api.ts";
import type { Backend } from "../model/backend.ts";
import type { Verifier } from "../model/security.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { error, type Problem, wholeFile } from "../problem.ts";
import { endpointBackend } from "../resolve/backends.ts";
import { unserved } from "../resolve/gateway.ts";
import { checkedSecurity } from "../resolve/securities.ts";
import { placeOf } from "../text/node.ts";
import { clusterSettings, objectFile } from "./compile-gateway.ts";

type ManifestApi = ImageContents["manifest"]["apis"][number];

/** An API of an image, as far as the environment's part needs it. */
export function modelOfImage(
  api: ManifestApi,
  { namespace }: Pick<GatewayWorkload, "namespace">,
  { endpoints, securities }: ImageObjects,
  image: string,
): { readonly model: ApiModel; readonly problems: readonly Problem[] } {
  const { name, version, owner, hosts, basePath, errors } = api;
  const found = api.backends.map((backend) => backendNamed(backend, namespace, endpoints, image));
  const checks = api.securities.map((security) => securityNamed(security, namespace, securities, image));
  const model: ApiModel = {
    name,
    title: name,
    version,
    owner,
    hosts,
    basePath,
    errors,
    operations: [],
    disabledPaths: undefined,
    backends: found.flatMap(({ backend }) => backend ?? []),
    securities: [],
    credentialSets: api.credentialSets,
    limits: [],
    verifiers: checks.flatMap(({ verifier }) => verifier ?? []),
  };
  return { model, problems: [...found, ...checks].flatMap(({ problems }) => problems) };
}

/** The objects that an image's needs are looked up in: those of the namespace, and of others that it may use. */
interface ImageObjects {
  readonly endpoints: readonly StoredObject[];
  readonly securities: readonly StoredObject[];
}

const isNamed =
  (name: string, home: string) =>
  ({ metadata }: StoredObject): boolean =>
    qualifiedName(metadata.name, metadata.namespace, home) === name;

interface Found {
  readonly backend: Backend | undefined;
  readonly problems: readonly Problem[];
}

function backendNamed(name: string, namespace: string, endpoints: readonly StoredObject[], image: string): Found {
  const object = endpoints.find(isNamed(name, namespace));
  if (object === undefined) {
    const advice = name.startsWith("@")
      ? "A document's own servers are of one environment: let the document name a TargetEndpoint, and build the image anew."
      : "Make a TargetEndpoint of this name, with a ReferenceGrant for it where it is in another namespace.";
    return {
      backend: undefined,
      problems: [error("UnknownBackend", wholeFile(image), `The image needs the backend \`${name}\`, which is not here. ${advice}`)],
    };
  }
  const { value, problems } = readResources([objectFile(object, namespace)], namespace);
  const endpoint = value.targetEndpoints.get(name);
  if (endpoint === undefined) return { backend: undefined, problems };
  const wrong: Problem[] = [...problems];
  return { backend: endpointBackend(endpoint, clusterSettings(namespace, undefined), wrong), problems: wrong };
}

interface Checks {
  readonly verifier: Verifier | undefined;
  readonly problems: readonly Problem[];
}

function securityNamed(
  { name, locations, decides }: ManifestApi["securities"][number],
  namespace: string,
  securities: readonly StoredObject[],
  image: string,
): Checks {
  const object = securities.find(isNamed(name, namespace));
  if (object === undefined) {
    const message = `The image needs the Security \`${name}\`, which is not here. Make one of this name.`;
    return { verifier: undefined, problems: [error("MissingSecurity", wholeFile(image), message)] };
  }
  const { value, problems } = readResources([objectFile(object, namespace)], namespace);
  const resource = value.securities.get(name);
  if (resource === undefined) return { verifier: undefined, problems };
  const wrong: Problem[] = [...problems, ...unserved("Security", resource.node, resource.spec)];
  const [header = "authorization"] = locations.flatMap((one) => (one.in === "header" ? [one.name] : []));
  const found = checkedSecurity(resource, { documented: locations, header }, wrong);
  if (found !== undefined && decisionHash(found.security) !== decides) {
    const message = `The image was built when the Security \`${name}\` judged credentials otherwise: its rules, scopes, places or headers were others. Build the image anew, or give it the Security that it was built with.`;
    wrong.push(error("BadSecurity", placeOf(resource.node), message));
  }
  return { verifier: found?.verifier, problems: wrong };
}
