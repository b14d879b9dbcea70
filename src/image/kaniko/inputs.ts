import { gatewayDockerfile } from "./dockerfile.ts";
import type { KanikoBuild, KanikoSettings, KubernetesObject } from "./settings.ts";

const configMapName = (build: string, part: number): string => `${build}-project-${part}`;
export const credentialName = (build: string): string => `${build}-credential`;
export const authorityName = (build: string): string => `${build}-authority`;

/** The ConfigMaps that make the project, and what each of them holds. */
export function projectMaps({ name, parts }: KanikoBuild): readonly { readonly name: string; readonly entry: string | undefined }[] {
  return [
    { name: configMapName(name, 0), entry: undefined },
    ...[...parts.keys()].map((entry, index) => ({ name: configMapName(name, index + 1), entry })),
  ];
}

/** What a Job reads: its project, its credential. They are made after the Job, which owns them: they are gone when it is. */
export function kanikoInputs(settings: KanikoSettings, build: KanikoBuild, jobUid: string): readonly KubernetesObject[] {
  const owner = { apiVersion: "batch/v1", kind: "Job", name: build.name, uid: jobUid };
  const object = (kind: string, name: string, content: KubernetesObject): KubernetesObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name, namespace: settings.namespace, ownerReferences: [owner] },
    immutable: true,
    ...content,
  });
  const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64");
  const { credential } = build;
  return [
    ...projectMaps(build).map(({ name, entry }) =>
      object(
        "ConfigMap",
        name,
        entry === undefined
          ? { data: { Dockerfile: gatewayDockerfile(settings.toolkit, build.base, build.filesHash) } }
          : { binaryData: { [entry]: base64(build.parts.get(entry) ?? "") } },
      ),
    ),
    ...(credential === undefined
      ? []
      : [
          object("Secret", credentialName(build.name), {
            type: "kubernetes.io/dockerconfigjson",
            data: { ".dockerconfigjson": base64(credential.reveal()) },
          }),
        ]),
    ...(settings.authorities === undefined
      ? []
      : [object("ConfigMap", authorityName(build.name), { data: { "ca.crt": settings.authorities } })]),
  ];
}
