import { isDeepStrictEqual } from "node:util";
import { blockedIn } from "../api/blocked-clients.ts";
import { qualifiedName } from "../api/qualified-name.ts";
import { readResources } from "../api/resource.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { decisionHash } from "../compile/manifest.ts";
import type { ImageContents } from "../image/contents.ts";
import type { ApiModel } from "../model/api.ts";
import type { Backend } from "../model/backend.ts";
import type { Security } from "../model/security.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { error, type Problem, wholeFile } from "../problem.ts";
import { endpointBackend } from "../resolve/backends.ts";
import { unserved } from "../resolve/gateway.ts";
import { identityProblems } from "../resolve/identity.ts";
import { checkedSecurity } from "../resolve/securities.ts";
import { placeOf } from "../text/node.ts";
import { clusterSettings, objectFile } from "./compile-gateway.ts";
import {
  type AskedSecurity,
  believingAsBefore,
  type FollowedSecurity,
  followedSecurity,
  type MetSecurity,
  type MountedSecurity,
  mountedAs,
} from "./followed-security.ts";

type ManifestApi = ImageContents["manifest"]["apis"][number];

/** What is found of an API of an image. */
export interface FoundApi {
  readonly model: ApiModel;
  readonly problems: readonly Problem[];
  /** Its Securities, as far as it is known how they are to be mounted. */
  readonly securities: readonly MountedSecurity[];
  /** The files of the mounted part that are to stay as they are, each time with the Security on whose account. */
  readonly stays: readonly LeftAlone[];
}

/** What is wrong with an image's Securities together. */
export interface Besides {
  /** They trust different authorities: then each trusts those that it did, and all else of it counts. */
  readonly isApart: boolean;
  /** They believe more issuers than a gateway takes: then each believes those that it did and still says. */
  readonly isCrowded: boolean;
}

/** Files that are left as they are mounted, whatever else has changed in them. */
interface LeftAlone {
  readonly security: string;
  readonly files: readonly string[];
}

/** An API of an image, as far as the environment's part needs it. */
export function modelOfImage(
  api: ManifestApi,
  { namespace }: Pick<GatewayWorkload, "namespace">,
  { endpoints, securities }: ImageObjects,
  image: string,
): FoundApi {
  const backends = api.backends.map((backend) => backendNamed(backend, namespace, endpoints, image));
  const met = api.securities.map((asked) => ({ asked, ...securityNamed(asked, namespace, securities, image) }));
  const found = met.map(({ asked: { name, decides }, ...one }) => ({ name, decides, check: one.kind === "same" ? one.found : undefined }));
  const model = modelOf(
    api,
    backends.flatMap(({ backend }) => backend ?? []),
    found,
  );
  return {
    model,
    problems: [...[...backends, ...met].flatMap(({ problems }) => problems), ...identityProblems(model.securities, model.verifiers)],
    securities: found,
    stays: [],
  };
}

/**
 * The same of an image that serves, as far as its credentials and its backends are followed. What is wrong with a Security, by itself or beside the others, or with a TargetEndpoint holds up
 * no other, and is said elsewhere; a document's own servers stay as they are.
 */
export function credentialsOfImage(
  api: ManifestApi,
  { namespace }: Pick<GatewayWorkload, "namespace">,
  { endpoints, securities }: ImageObjects,
  image: string,
  { mounted, isApart, isCrowded }: Besides & { readonly mounted: readonly MountedSecurity[] },
): FoundApi {
  const met = api.securities.map((asked) => ({ asked, met: securityNamed(asked, namespace, securities, image) }));
  const alone = met.map((one) => followedBeside(one, mounted));
  const odd = oddTogether(alone);
  const beside = met.map((one) => followedBeside(odd.has(one.asked.name) ? asWrong(one) : one, mounted));
  const trusting = isApart ? beside.map((one) => trustingAsBefore(one, mounted)) : beside;
  const followed = isCrowded ? trusting.map((one) => believingAsBefore(one, mounted)) : trusting;
  return {
    model: modelOf(
      api,
      api.backends.flatMap((name) => soundBackend(backendNamed(name, namespace, endpoints, image))),
      followed,
    ),
    problems: [],
    securities: followed.filter(({ isKnown }) => isKnown),
    stays: followed.flatMap(({ name, stays }) => (stays.length === 0 ? [] : [{ security: name, files: stays }])),
  };
}

interface AskedAndMet {
  readonly asked: AskedSecurity;
  readonly met: MetSecurity;
}

const followedBeside = ({ asked, met }: AskedAndMet, mounted: readonly MountedSecurity[]): MountedSecurity & FollowedSecurity => ({
  name: asked.name,
  decides: asked.decides,
  ...followedSecurity(asked, met, mounted),
});

const asWrong = ({ asked, met }: AskedAndMet): AskedAndMet => ({
  asked,
  met: "found" in met ? { kind: "wrong", blocked: { clients: met.found.verifier.blockedClients, isAll: true } } : met,
});

/** The names of those with which something is wrong only beside the others. */
function oddTogether(securities: readonly MountedSecurity[]): ReadonlySet<string> {
  const checks = securities.flatMap(({ check }) => check ?? []);
  const problems = identityProblems(
    checks.map(({ security }) => security),
    checks.map(({ verifier }) => verifier),
  );
  const places = new Set(problems.map(({ where }) => where));
  return new Set(checks.flatMap(({ verifier }) => (places.has(verifier.where) ? [verifier.security] : [])));
}

/** The same with the authorities that it is mounted with. One that takes no certificates any more has none; of one that nobody knows how it is mounted nobody can say them. */
function trustingAsBefore<Followed extends MountedSecurity>(now: Followed, mounted: readonly MountedSecurity[]): Followed {
  const { check } = now;
  const trust = mountedAs(now, mounted)?.check?.verifier.trust;
  if (check?.verifier.trust === undefined || trust === undefined) return now;
  return { ...now, check: { ...check, verifier: { ...check.verifier, trust } } };
}

function modelOf(api: ManifestApi, backends: readonly Backend[], found: readonly MountedSecurity[]): ApiModel {
  const { name, version, owner, hosts, basePath, errors } = api;
  const checks = found.flatMap(({ check }) => check ?? []);
  return {
    name,
    title: name,
    version,
    owner,
    hosts,
    basePath,
    errors,
    operations: [],
    interception: api.interceptors && { ...api.interceptors, files: {} },
    keepsAnswers: api.keepsAnswers,
    patches: api.patches,
    validation: api.validators === undefined ? undefined : { hash: api.validators, schemas: {}, operations: [] },
    disabledPaths: undefined,
    backends,
    securities: checks.map(({ security }) => security),
    credentialSets: api.credentialSets,
    limits: [],
    verifiers: checks.map(({ verifier }) => verifier),
  };
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

const soundBackend = ({ backend, problems }: Found): readonly Backend[] =>
  backend === undefined || problems.some(({ severity }) => severity === "error") ? [] : [backend];

/** Whether a Security that was mounted is still there and in order, and checks credentials of the same sort. Of one that nobody knows how it was mounted nobody can say that. */
export function isAsMounted(
  name: string,
  mounted: readonly MountedSecurity[],
  { namespace, securities }: Pick<GatewayWorkload, "namespace"> & Pick<ImageObjects, "securities">,
): boolean {
  const before = mounted.find((one) => one.name === name);
  if (before?.check === undefined) return false;
  const { security } = before.check;
  const met = securityNamed({ name, decides: before.decides, locations: [...security.locations] }, namespace, securities, name);
  return met.kind === "same" || (met.kind === "other" && isDeepStrictEqual(sortOf(met.found.security), sortOf(security)));
}

/** What a Security takes: one for which a certificate is optional now is another one. */
const sortOf = ({ token, keys, asked, certificate }: Security): readonly unknown[] => [
  token !== undefined,
  keys,
  asked?.kind,
  certificate?.isOptional,
];

type Met = MetSecurity & { readonly problems: readonly Problem[] };

function securityNamed(
  { name, locations, decides }: Pick<AskedSecurity, "name" | "locations" | "decides">,
  namespace: string,
  securities: readonly StoredObject[],
  image: string,
): Met {
  const object = securities.find(isNamed(name, namespace));
  if (object === undefined) {
    const message = `The image needs the Security \`${name}\`, which is not here. Make one of this name.`;
    return { kind: "absent", problems: [error("MissingSecurity", wholeFile(image), message)] };
  }
  const { value, problems } = readResources([objectFile(object, namespace)], namespace);
  const resource = value.securities.get(name);
  if (resource === undefined) {
    const blocked = { clients: blockedIn(object.value.spec) ?? [], isAll: false };
    return { kind: "wrong", blocked, problems };
  }
  const wrong: Problem[] = [...problems, ...unserved("Security", resource.node, resource.spec)];
  const [header = "authorization"] = locations.flatMap((one) => (one.in === "header" ? [one.name] : []));
  const found = checkedSecurity(resource, { documented: locations, header }, wrong);
  if (found === undefined || wrong.some(({ severity }) => severity === "error")) {
    const blocked = { clients: resource.spec.blockedClients ?? [], isAll: true };
    return { kind: "wrong", blocked, problems: wrong };
  }
  if (decisionHash(found.security) === decides) return { kind: "same", found, problems: wrong };
  const message = `The image was built when the Security \`${name}\` judged credentials otherwise: its rules, scopes, places or headers were others. Build the image anew, or give it the Security that it was built with.`;
  return { kind: "other", found, problems: [...wrong, error("BadSecurity", placeOf(resource.node), message)] };
}
