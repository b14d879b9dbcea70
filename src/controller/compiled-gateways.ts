import type { ApiSpec } from "../api/api.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { keyOf, type StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { ServiceAddress, TraceCollector } from "../compile/engine.ts";
import { type CompiledApi, decisionHash } from "../compile/manifest.ts";
import { manifestRead } from "../image/contents.ts";
import type { Registries } from "../image/copy-blob.ts";
import { showReference } from "../image/reference.ts";
import { documentHash } from "../image/request.ts";
import { modelReferences } from "../model/references.ts";
import type { ValueReference, Verifier } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { loadDefinitions } from "../source/definition.ts";
import type { Issuers } from "../source/issuers.ts";
import { isObject } from "../text/node.ts";
import { type CompiledGateway, compileGateway, defaultsOf, type GatewayInput, mountedPart, resolveUsed } from "./compile-gateway.ts";
import { configMapReader, definitionsOf } from "./definitions.ts";
import type { MountedSecurity } from "./followed-security.ts";
import { isAsMounted } from "./image-model.ts";
import { type ImageSays, makeKnownImages } from "./known-images.ts";
import { makeLastGood } from "./last-good.ts";
import { newOfKind } from "./new-of-kind.ts";
import { type PackedFiles, packFiles } from "./packed-files.ts";
import { patientReads, type ReadPatience } from "./patient-reads.ts";
import { gatewayOfImage, type ImageSurroundings, type ReadyImage, readFrom } from "./ready-image.ts";
import { type UsableCollections, usableObjects } from "./usable.ts";
import { anySecurity, usedConfigMap, usedGrants, usedSecret } from "./used.ts";
import { usedBy, usedValues } from "./used-by.ts";
import type { Users } from "./users.ts";
import { valuesOf } from "./values-of.ts";

/** What is kept of a compiled gateway: little, for there may be a thousand. */
export interface GatewaySummary extends ImageSays {
  readonly inputHash: string;
  /** The first document's. */
  readonly version: string;
  readonly operations: number;
  /** The names of the TargetEndpoints that requests go to. */
  readonly endpoints: readonly string[];
  /** How credentials are checked. */
  readonly verifiers: readonly Verifier[];
  /** The names of Securities that nobody named: each is taken for being the one of its kind. */
  readonly ofKinds: readonly string[];
  /** The same, beside the image that it is for. */
  readonly securities: readonly MountedSecurity[];
  /** What the environment keeps for it. */
  readonly references: readonly ValueReference[];
  /** The names of the RateLimitings that count for operations. */
  readonly limits: readonly string[];
  /** The mounted part. */
  readonly mounted: PackedFiles;
  /** The API's ready image by its digest; undefined where one is made from its documents. */
  readonly image: string | undefined;
  readonly problems: readonly Problem[];
  /** What credentials are checked with. */
  readonly values: Values;
  /** What of the environment is missing or wrong, and held up nothing: it is said, and what serves is as good as it can be. */
  readonly unresolved: readonly Problem[];
}

/** APIs' gateways, compiled again only where something that they are made from has changed. */
export interface CompiledGateways {
  /** Fails with every Problem of the documents and of what they refer to. */
  summary(api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<GatewaySummary>>;
  /** The whole of it, made anew: it is large, and needed only for an image. */
  whole(api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<CompiledGateway>>;
  /** The gateway that an image of an API serves, as far as its credentials go, with what they are checked with now. */
  served(api: StoredObject, image: string, workload: GatewayWorkload): Promise<Checked<GatewaySummary>>;
  /** Says that an API is served by a gateway of this image, and whether by no other any more: of what becomes wrong this is what it was before. */
  serves(api: StoredObject, summary: GatewaySummary, image: string, isAlone: boolean): void;
  /** Says of which inputs of an API something is mounted still: of the others nothing is kept. */
  keepMounted(key: string, isMounted: (inputHash: string) => boolean): void;
  forget(key: string): void;
}

interface Memory {
  readonly fingerprint: string;
  readonly used: readonly string[];
  readonly result: Checked<GatewaySummary>;
}

interface Sources {
  readonly store: ObjectStore;
  readonly registries: Registries;
  readonly issuers: Issuers;
  readonly users: Users;
  readonly collections: UsableCollections;
  /** What every API uses. */
  readonly alwaysUsed: readonly string[];
  /** What counts limits for all gateways. */
  readonly limitsService: ServiceAddress | undefined;
  /** Who is told of requests. */
  readonly traces: TraceCollector | undefined;
  /** With which registries' answers are waited for; the usual one where nothing is said. */
  readonly patience?: ReadPatience;
}

export function compiledGateways({
  store,
  registries,
  issuers,
  users,
  collections,
  alwaysUsed,
  limitsService,
  traces,
  patience,
}: Sources): CompiledGateways {
  const usable = usableObjects(collections, issuers);
  const memories = new Map<string, Memory>();
  const lastGood = makeLastGood();
  const images = makeKnownImages();
  const readImage = patientReads(async (reference) => {
    const says = await readFrom(registries)(reference);
    // Also where nobody waits for it any more: the next one who asks has it.
    if (says.ok) images.remember(showReference({ ...reference, digest: says.value.digest }), says.value);
    return says;
  }, patience);
  /** What an API would be checked with, though it may not be there, and how all that it looked at was before that was read. */
  const wanted = new Map<string, { readonly used: readonly string[]; readonly before: string }>();
  const fingerprintOf = ({ metadata }: StoredObject, used: readonly string[]): string =>
    JSON.stringify([metadata.uid, metadata.generation, ...used.map((one) => [one, usable.version(one)])]);

  const seenWith = ({ metadata: { namespace } }: StoredObject, used: readonly string[]): readonly string[] => [
    ...used,
    ...usable.anywhere(namespace),
  ];

  /** Before they are read: a Secret that comes meanwhile is then seen. */
  const noticed = (api: StoredObject, references: readonly ValueReference[]): readonly ValueReference[] => {
    const used = usedValues(api.metadata.namespace, references);
    wanted.set(keyOf(api), { used, before: fingerprintOf(api, seenWith(api, used)) });
    users.add(`API ${keyOf(api)}`, used);
    return references;
  };

  /** What an API's documents come to, and what is wrong where it would be handed to a Security that nobody named. */
  const resolvedNow = (api: StoredObject, loaded: Pick<GatewayInput, "workload" | "documents" | "problems" | "defaults">) => {
    const { namespace } = api.metadata;
    const securities = usable.securities(namespace);
    const resolved = resolveUsed({
      ...loaded,
      endpoints: usable.endpoints(namespace),
      securities,
      rateLimitings: usable.limits(namespace),
      limitsService,
    });
    const mounted = lastGood.securities(keyOf(api), servedInput(api) ?? "");
    const isThere = (name: string): boolean => isAsMounted(name, mounted, { namespace, securities });
    return { resolved, stranger: resolved.ok ? newOfKind(resolved.value, servedSecurities(api), isThere) : undefined };
  };

  const whole = async (api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<CompiledGateway>> => {
    const { namespace } = api.metadata;
    const { documents, problems } = await loadDefinitions(
      definitionsOf(spec),
      configMapReader(store, namespace),
      spec.interceptors?.source,
    );
    if (documents.length === 0 && problems.length > 0) return failed(...problems);
    const loaded = { workload, documents, problems, defaults: defaultsOf(spec, namespace) };
    const first = resolvedNow(api, loaded);
    // Only who has looked at what serves knows how it was mounted: an operator that has just started did not, and one that did when something was wrong with it looks again.
    const looked = first.stranger && (await served(api, servedImage(api) ?? "", workload));
    const { resolved, stranger } = looked === undefined ? first : resolvedNow(api, loaded);
    if (!resolved.ok) return resolved;
    if (stranger !== undefined) return failed(...resolved.problems, stranger, ...whyNot(looked));
    const values = await valuesOf({ store, issuers }, namespace, noticed(api, modelReferences(resolved.value.map(({ model }) => model))));
    const before = (inputHash: string): Values | undefined => lastGood.values(keyOf(api), inputHash, "all");
    return values.ok
      ? compileGateway(resolved, { workload, limitsService, traces, before, serves: servedImage(api) !== undefined }, values.value)
      : values;
  };

  const ofImage = async (
    api: StoredObject,
    ready: ReadyImage,
    workload: GatewayWorkload,
    part: ImageSurroundings["part"] = "all",
  ): Promise<Checked<GatewaySummary>> => {
    const { namespace } = api.metadata;
    const gatewayBy = (read: Parameters<typeof gatewayOfImage>[0]): Promise<Checked<GatewaySummary>> =>
      gatewayOfImage(read, ready, workload, {
        limitsService,
        traces,
        part,
        before: (inputHash) => lastGood.values(keyOf(api), inputHash, part),
        mounted: (inputHash) => lastGood.securities(keyOf(api), inputHash),
        serves: part === "credentials" || servedImage(api) !== undefined,
        endpoints: () => usable.endpoints(namespace),
        securities: () => usable.securities(namespace),
        values: (references) => valuesOf({ store, issuers }, namespace, noticed(api, references)),
      });
    // What one of a digest says never changes; whether it is still there counts only for one that is to be pulled anew.
    const before = part === "credentials" ? images.of(ready.image) : undefined;
    if (before !== undefined) return gatewayBy(async () => checked(before, []));
    const found = await gatewayBy(readImage);
    const says = found.problems.some(({ reason }) => reason.startsWith("Registry")) ? images.of(ready.image) : undefined;
    return found.ok || says === undefined ? found : gatewayBy(async () => checked(says, []));
  };

  const served = async (api: StoredObject, image: string, workload: GatewayWorkload): Promise<Checked<GatewaySummary>> => {
    const { namespace } = api.metadata;
    users.add(`API ${keyOf(api)}`, [usedGrants(namespace), ...usable.anywhere(namespace)]);
    const result = await ofImage(api, { image, inputHash: undefined }, workload, "credentials");
    if (result.ok) lastGood.followed(keyOf(api), result.value);
    return result;
  };

  const summarised = async (api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<GatewaySummary>> => {
    const { image, inputHash } = spec;
    if (image !== undefined) return ofImage(api, { image, inputHash }, workload);
    const gateway = await whole(api, spec, workload);
    if (!gateway.ok) return gateway;
    const made = gateway.value.folder.manifest.inputHash;
    if (inputHash !== undefined && inputHash !== made) return failed(otherInput(api, made));
    return checked(summaryOf(gateway.value, gateway.problems), gateway.problems);
  };

  /** What an API uses; where not all is found, whatever it could use. The one Security of a kind is that while its namespace has no other. */
  const usesOf = (api: StoredObject, result: Checked<GatewaySummary>): readonly string[] => {
    const { namespace } = api.metadata;
    const rivals = result.ok && result.value.ofKinds.length > 0 ? [anySecurity(namespace)] : [];
    const found = result.ok ? [...rivals, ...usedBy(namespace, result.value)] : (wanted.get(keyOf(api))?.used ?? []);
    return result.ok && result.value.unresolved.length === 0 ? found : [...usable.anywhere(namespace), ...found];
  };

  return {
    whole,
    served,
    serves: (api, summary, image, isAlone) => {
      images.remember(image, summary);
      lastGood.serves(keyOf(api), summary, isAlone);
    },
    keepMounted: lastGood.keepMounted,
    summary: async (api, spec, workload) => {
      const key = keyOf(api);
      const known = memories.get(key);
      if (known !== undefined && known.fingerprint === fingerprintOf(api, known.used)) return known.result;
      const { namespace } = api.metadata;
      const configMapNames = definitionsOf(spec).flatMap((one) => (one.kind === "inline" ? [] : one.entries.map(({ name }) => name)));
      const { tlsSecret } = workload.exposure;
      const certain = [
        ...[...new Set([...configMapNames, ...(spec.interceptors?.source === undefined ? [] : [spec.interceptors.source.name])])].map(
          (name) => usedConfigMap(namespace, name),
        ),
        ...(tlsSecret === undefined ? [] : [usedSecret(`${namespace}/${tlsSecret}`)]),
        usedGrants(namespace),
        ...alwaysUsed,
      ];
      // Before it is read: a change while it is read is then seen.
      const before = fingerprintOf(api, certain);
      users.set(`API ${key}`, [...new Set([...(known?.used ?? []), ...certain, ...usable.anywhere(namespace)])]);
      wanted.delete(key);
      const result = await summarised(api, spec, workload);
      const used = [...certain, ...usesOf(api, result)];
      users.set(`API ${key}`, used);
      const values = wanted.get(key);
      const wasStill =
        before === fingerprintOf(api, certain) &&
        (values === undefined || values.before === fingerprintOf(api, seenWith(api, values.used)));
      if (wasStill && isLasting(result)) memories.set(key, { fingerprint: fingerprintOf(api, used), used, result });
      return result;
    },
    forget: (key) => {
      memories.delete(key);
      lastGood.forget(key);
      wanted.delete(key);
      users.set(`API ${key}`, []);
    },
  };
}

/** The image that an API's status names; undefined where it is not served yet. */
export function servedImage({ value }: StoredObject): string | undefined {
  const { status } = value;
  return isObject(status) && typeof status.image === "string" ? status.image : undefined;
}

/** What the image was made from that an API's status names. */
export const servedInput = ({ value: { status } }: StoredObject): string | undefined =>
  isObject(status) && typeof status.inputHash === "string" ? status.inputHash : undefined;

/** The Securities that check what is served, as the API's status names them. */
function servedSecurities({ value: { status } }: StoredObject): readonly string[] {
  const names = isObject(status) && typeof status.image === "string" && Array.isArray(status.securities) ? status.securities : [];
  return names.map(String);
}

/** Why what serves could not be looked at. That may pass, and is no fault of a document's. */
const whyNot = (looked: Checked<unknown> | undefined): readonly Problem[] =>
  looked?.ok === false ? looked.problems.map((one) => ({ ...one, severity: "warning" })) : [];

/** A registry or a cluster that does not answer now may answer at the next question, and have another image under the same name. */
const isLasting = (result: Checked<GatewaySummary>): boolean =>
  result.ok || !result.problems.some(({ reason }) => /^(?:Cluster|Registry|ImageMissing|BadImage|ForeignImage)/.test(reason));

const otherInput = ({ metadata }: StoredObject, made: string): Problem =>
  error(
    "WrongValue",
    wholeFile(`API/${metadata.name}`),
    `The documents make the input ${made}, not what \`inputHash\` wants. Take the documents that were tested, or the other hash.`,
  );

const summaryOf = (
  { apis, folder, endpoints, verifiers, ofKinds, references, limits, values, unresolved }: CompiledGateway,
  problems: readonly Problem[],
): GatewaySummary => ({
  inputHash: folder.manifest.inputHash,
  documentHash: documentHash(apis),
  manifest: manifestRead(folder.manifest),
  version: apis[0]?.model.version ?? "0",
  operations: folder.manifest.apis.reduce((sum, { operations }) => sum + operations, 0),
  endpoints,
  verifiers,
  ofKinds,
  securities: mountedSecurities(apis),
  references,
  limits,
  mounted: packFiles(mountedPart(folder.files)),
  image: undefined,
  problems,
  values,
  unresolved,
});

const mountedSecurities = (apis: readonly CompiledApi[]): readonly MountedSecurity[] =>
  apis.flatMap(({ model: { securities, verifiers } }) =>
    securities.flatMap((security) => {
      const verifier = verifiers.find((one) => one.security === security.name);
      return verifier === undefined ? [] : [{ name: security.name, decides: decisionHash(security), check: { security, verifier } }];
    }),
  );
