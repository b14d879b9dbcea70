import type { DefinitionMap } from "../source/definition-maps.ts";
import type { AddApiOptions } from "./add.ts";

/** An object as it is applied: its owner is known once the API is there. */
export type Manifest = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace: string };
};

const labels = { "app.kubernetes.io/managed-by": "portico-cli" };

/** The ConfigMap of a document, or of a part of one. It goes with its API, once that is known. */
export function configMapOf(
  { name, key, content }: DefinitionMap,
  namespace: string,
  api?: { readonly name: string; readonly uid: string },
): Manifest {
  const owner = api && { apiVersion: "portico.dev/v1alpha1", kind: "API", name: api.name, uid: api.uid };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels, ...(owner === undefined ? {} : { ownerReferences: [owner] }) },
    ...(content.kind === "text"
      ? { data: { [key]: content.text } }
      : { binaryData: { [key]: Buffer.from(content.bytes).toString("base64") } }),
  };
}

/** The API of these documents, each in its ConfigMaps, and of functions in theirs, or of an image. What is not said is left to its defaults. */
export function apiOf(
  name: string,
  namespace: string,
  documents: readonly (readonly DefinitionMap[])[],
  { version, replicas, mode, image, builder, host, expose, env }: AddApiOptions,
  functions?: DefinitionMap,
): Manifest {
  const service = expose === undefined || expose === "Ingress" ? undefined : { type: expose };
  const exposure = {
    ...(host.length === 0 ? {} : { hosts: host }),
    ...(service === undefined ? {} : { service }),
    ...(expose === "Ingress" ? { ingress: {} } : {}),
  };
  const interceptors = functions && { source: { name: functions.name, key: functions.key } };
  const variables = env.length === 0 ? undefined : env.map(variable);
  const said = {
    env: variables,
    interceptors,
    image,
    version,
    replicas,
    mode,
    builder,
    expose: Object.keys(exposure).length === 0 ? undefined : exposure,
  };
  return {
    apiVersion: "portico.dev/v1alpha1",
    kind: "API",
    metadata: { name, namespace },
    spec: {
      ...(documents.length === 0 ? {} : { definition: documents.map(definitionOf) }),
      ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    },
  };
}

/** `NAME=VALUE`. */
function variable(text: string): object {
  const at = text.indexOf("=");
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

function definitionOf(maps: readonly DefinitionMap[]): object {
  const [first, ...more] = maps.map(({ name, key }) => ({ name, key }));
  return more.length === 0 ? { configMap: first } : { parts: [first, ...more] };
}
