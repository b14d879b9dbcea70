import type { ApiSpec } from "../api/api.ts";
import { inTime } from "../apply/in-time.ts";
import type { Collection } from "../apply/kubernetes/collection.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { keyOf, type StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Registries } from "../image/copy-blob.ts";
import { documentHash } from "../image/request.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { type Definition, loadDefinitions, type ReadConfigMap } from "../source/definition.ts";
import { isObject } from "../text/node.ts";
import { type CompiledGateway, compileGateway, mountedPart } from "./compile-gateway.ts";
import { gatewayOfImage } from "./ready-image.ts";
import { anyEndpoint, usedConfigMap, usedEndpoint, usedSecret } from "./used.ts";
import type { Users } from "./users.ts";

/** What is kept of a compiled gateway: little, for there may be a thousand. */
export interface GatewaySummary {
  readonly inputHash: string;
  readonly documentHash: string;
  /** The first document's. */
  readonly version: string;
  readonly operations: number;
  /** The names of the TargetEndpoints that requests go to. */
  readonly endpoints: readonly string[];
  readonly mounted: ReadonlyMap<string, string>;
  /** The API's ready image by its digest; undefined where one is made from its documents. */
  readonly image: string | undefined;
  readonly problems: readonly Problem[];
}

/** APIs' gateways, compiled again only where something that they are made from has changed. */
export interface CompiledGateways {
  /** Fails with every Problem of the documents and of what they refer to. */
  summary(api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<GatewaySummary>>;
  /** The whole of it, made anew: it is large, and needed only for an image. */
  whole(api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<CompiledGateway>>;
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
  readonly users: Users;
  readonly configMaps: Collection;
  readonly targetEndpoints: Collection;
  /** What every API uses. */
  readonly alwaysUsed: readonly string[];
}

export function compiledGateways({ store, registries, users, configMaps, targetEndpoints, alwaysUsed }: Sources): CompiledGateways {
  const memories = new Map<string, Memory>();
  const endpointsIn = (namespace: string): readonly StoredObject[] =>
    [...targetEndpoints.objects.values()].filter(({ metadata }) => metadata.namespace === namespace);

  const fingerprintOf = ({ metadata }: StoredObject, used: readonly string[]): string =>
    JSON.stringify([metadata.uid, metadata.generation, ...used.map((one) => [one, versionOf(one)])]);

  const versionOf = (used: string): unknown => {
    const [kind, key = ""] = used.split(" ");
    // It is mounted as it is: nothing is compiled from it.
    if (kind === "Secret") return undefined;
    if (kind === "ConfigMap") return configMaps.objects.get(key)?.metadata.resourceVersion;
    // Its status changes its resource version, and nothing that counts here.
    const version = ({ metadata }: StoredObject) => `${metadata.uid} ${metadata.generation}`;
    if (key.endsWith("/*")) return endpointsIn(key.slice(0, -2)).map((one) => [keyOf(one), version(one)]);
    const endpoint = targetEndpoints.objects.get(key);
    return endpoint && version(endpoint);
  };

  const whole = async (api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<CompiledGateway>> => {
    const { namespace } = api.metadata;
    const { documents, problems } = await loadDefinitions(definitionsOf(spec), configMapReader(store, namespace));
    if (documents.length === 0 && problems.length > 0) return failed(...problems);
    return compileGateway({ workload, documents, problems, endpoints: endpointsIn(namespace) });
  };

  const summarised = async (api: StoredObject, spec: ApiSpec, workload: GatewayWorkload): Promise<Checked<GatewaySummary>> => {
    const { image, inputHash } = spec;
    if (image !== undefined) {
      const gateway = gatewayOfImage(registries, { image, inputHash }, workload, () => endpointsIn(api.metadata.namespace));
      // Whoever may write an API names the registry: one that answers drop by drop is not to hold up the others.
      return inTime(gateway, imagePatienceMs, () => failed(tooSlow(image)));
    }
    const gateway = await whole(api, spec, workload);
    if (!gateway.ok) return gateway;
    const made = gateway.value.folder.manifest.inputHash;
    if (inputHash !== undefined && inputHash !== made) return failed(otherInput(api, made));
    return checked(summaryOf(gateway.value, gateway.problems), gateway.problems);
  };

  return {
    whole,
    summary: async (api, spec, workload) => {
      const key = keyOf(api);
      const known = memories.get(key);
      if (known !== undefined && known.fingerprint === fingerprintOf(api, known.used)) return known.result;
      const { namespace } = api.metadata;
      const configMapNames = definitionsOf(spec).flatMap((one) => (one.kind === "inline" ? [] : one.entries.map(({ name }) => name)));
      const { tlsSecret } = workload.exposure;
      const certain = [
        ...[...new Set(configMapNames)].map((name) => usedConfigMap(namespace, name)),
        ...(tlsSecret === undefined ? [] : [usedSecret(`${namespace}/${tlsSecret}`)]),
        ...alwaysUsed,
      ];
      // Before it is read: a change while it is read is then seen.
      const before = fingerprintOf(api, certain);
      users.set(`API ${key}`, [...new Set([...(known?.used ?? []), ...certain, anyEndpoint(namespace)])]);
      const result = await summarised(api, spec, workload);
      const used = [
        ...certain,
        ...(result.ok ? result.value.endpoints.map((name) => usedEndpoint(namespace, name)) : [anyEndpoint(namespace)]),
      ];
      users.set(`API ${key}`, used);
      if (before === fingerprintOf(api, certain) && isLasting(result))
        memories.set(key, { fingerprint: fingerprintOf(api, used), used, result });
      return result;
    },
    forget: (key) => {
      memories.delete(key);
      users.set(`API ${key}`, []);
    },
  };
}

/** How long an image may take to be read (milliseconds). */
const imagePatienceMs = 60_000;

const tooSlow = (image: string): Problem =>
  error("RegistryUnreachable", wholeFile(image), "The registry did not hand out the image within a minute. It is asked again.");

/** A registry or a cluster that does not answer now may answer at the next question, and have another image under the same name. */
const isLasting = (result: Checked<GatewaySummary>): boolean =>
  result.ok || !result.problems.some(({ reason }) => /^(?:Cluster|Registry|ImageMissing|BadImage|ForeignImage)/.test(reason));

const otherInput = ({ metadata }: StoredObject, made: string): Problem =>
  error(
    "WrongValue",
    wholeFile(`API/${metadata.name}`),
    `The documents make the input ${made}, not what \`inputHash\` wants. Take the documents that were tested, or the other hash.`,
  );

const summaryOf = ({ apis, folder, endpoints }: CompiledGateway, problems: readonly Problem[]): GatewaySummary => ({
  inputHash: folder.manifest.inputHash,
  documentHash: documentHash(apis),
  version: apis[0]?.model.version ?? "0",
  operations: folder.manifest.apis.reduce((sum, { operations }) => sum + operations, 0),
  endpoints,
  mounted: mountedPart(folder.files),
  image: undefined,
  problems,
});

function definitionsOf({ definition = [] }: ApiSpec): readonly Definition[] {
  return definition.map(({ inline, configMap, parts }) =>
    inline === undefined
      ? { kind: "entries", entries: parts ?? (configMap === undefined ? [] : [configMap]) }
      : { kind: "inline", text: inline },
  );
}

const configMapReader =
  (store: ObjectStore, namespace: string): ReadConfigMap =>
  async (name) => {
    const found = await store.read(resources.configMaps, namespace, name);
    if (!found.ok) return found;
    if (found.value === undefined) return checked(undefined, []);
    const { data, binaryData } = found.value.value;
    return checked(new Map([...entriesOf(data, "utf8"), ...entriesOf(binaryData, "base64")]), []);
  };

const entriesOf = (data: unknown, encoding: "utf8" | "base64"): readonly (readonly [string, Uint8Array])[] =>
  isObject(data) ? Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), encoding)] as const) : [];
