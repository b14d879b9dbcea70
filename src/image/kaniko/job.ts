import { type ImageReference, showReference } from "../reference.ts";
import { gatewayDockerfile, projectFolder } from "./dockerfile.ts";

/** How a cluster builds with Kaniko. */
export interface KanikoSettings {
  readonly namespace: string;
  /** Kaniko's executor. */
  readonly executor: string;
  readonly toolkit: ImageReference;
  /** Whether registries are spoken to without TLS: only where a person says so. */
  readonly plainHttp: boolean;
  /** A Secret of type kubernetes.io/dockerconfigjson with the credential for pushing; undefined where the cloud gives it. */
  readonly credential: string | undefined;
  /** A ConfigMap with `ca.crt`, an authority that registries are trusted by. */
  readonly authority: string | undefined;
  /** After how long a build that hangs is given up (seconds). */
  readonly deadlineSeconds: number;
  readonly extraArguments: readonly string[];
}

/** What is built. */
export interface KanikoBuild {
  /** A DNS label, for the Job and what belongs to it. */
  readonly name: string;
  readonly base: ImageReference;
  readonly target: ImageReference;
  readonly labels: Readonly<Record<string, string>>;
  /** The packed project, by the names of its parts. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

type KubernetesObject = Readonly<Record<string, unknown>>;

const configMapName = (build: string, part: number): string => `${build}-project-${part}`;

/** The Job that builds an image and pushes it; its container's last message is the image's digest (Kaniko: `--digest-file`). */
export function kanikoJob(settings: KanikoSettings, build: KanikoBuild): KubernetesObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: build.name, namespace: settings.namespace },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: settings.deadlineSeconds,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels: { "portico.dev/build": build.name } },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          containers: [
            {
              name: "kaniko",
              image: settings.executor,
              args: kanikoArguments(settings, build),
              volumeMounts: [
                { name: "project", mountPath: projectFolder, readOnly: true },
                ...(settings.credential === undefined ? [] : [{ name: "credential", mountPath: "/kaniko/.docker", readOnly: true }]),
                ...(settings.authority === undefined ? [] : [{ name: "authority", mountPath: "/kaniko/authority", readOnly: true }]),
              ],
            },
          ],
          volumes: [
            { name: "project", projected: { sources: projectMaps(build).map(({ name }) => ({ configMap: { name } })) } },
            ...(settings.credential === undefined ? [] : [credentialVolume(settings.credential)]),
            ...(settings.authority === undefined ? [] : [{ name: "authority", configMap: { name: settings.authority } }]),
          ],
        },
      },
    },
  };
}

const credentialVolume = (secretName: string): KubernetesObject => ({
  name: "credential",
  secret: { secretName, items: [{ key: ".dockerconfigjson", path: "config.json" }] },
});

function kanikoArguments({ plainHttp, authority, extraArguments }: KanikoSettings, { target, labels }: KanikoBuild): readonly string[] {
  return [
    "--context=dir:///workspace",
    `--dockerfile=${projectFolder}/Dockerfile`,
    `--ignore-path=${projectFolder}`,
    `--destination=${showReference(target)}`,
    "--digest-file=/dev/termination-log",
    "--reproducible",
    "--single-snapshot",
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...(plainHttp ? ["--insecure", "--insecure-pull"] : []),
    ...(authority === undefined ? [] : [`--registry-certificate=${target.registry}=/kaniko/authority/ca.crt`]),
    ...extraArguments,
  ];
}

function projectMaps({ name, parts }: KanikoBuild): readonly { readonly name: string; readonly entry: string | undefined }[] {
  return [
    { name: configMapName(name, 0), entry: undefined },
    ...[...parts.keys()].map((entry, index) => ({ name: configMapName(name, index + 1), entry })),
  ];
}

/** The ConfigMaps that the Job's project is made of. They are made after the Job, which owns them: they are gone when it is. */
export function kanikoInputs(settings: KanikoSettings, build: KanikoBuild, jobUid: string): readonly KubernetesObject[] {
  const owner = { apiVersion: "batch/v1", kind: "Job", name: build.name, uid: jobUid };
  return projectMaps(build).map(({ name, entry }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: settings.namespace, ownerReferences: [owner] },
    immutable: true,
    ...(entry === undefined
      ? { data: { Dockerfile: gatewayDockerfile(settings.toolkit, build.base) } }
      : { binaryData: { [entry]: Buffer.from(build.parts.get(entry) ?? []).toString("base64") } }),
  }));
}
