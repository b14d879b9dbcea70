import type { Redacted } from "../../redacted.ts";
import { type ImageReference, showReference } from "../reference.ts";
import { gatewayDockerfile, projectFolder } from "./dockerfile.ts";

/** How a cluster builds with Kaniko. */
export interface KanikoSettings {
  readonly namespace: string;
  /** Kaniko's executor. */
  readonly executor: string;
  readonly toolkit: ImageReference;
  /** Whom the pod runs as: a cloud's own credential helpers know it by that. Undefined for the namespace's default. */
  readonly serviceAccount: string | undefined;
  /** Whether registries are spoken to without TLS: only where a person says so. */
  readonly plainHttp: boolean;
  /** Certification authorities that registries are trusted by, beside the image's own (PEM). */
  readonly authorities: string | undefined;
  /** Where Kaniko keeps layers for the next build. */
  readonly cache: ImageReference | undefined;
  /** Hosts that have copies of Docker Hub's images. */
  readonly mirrors: readonly string[];
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
  /** Docker's configuration with the credentials for its registries alone; undefined where the cloud gives them, or none is needed. */
  readonly credential: Redacted | undefined;
}

/** The registries that a build pulls from and pushes to. */
export const registriesOf = (
  { toolkit, cache }: KanikoSettings,
  { base, target }: Pick<KanikoBuild, "base" | "target">,
): readonly string[] => [...new Set([target, base, toolkit, ...(cache === undefined ? [] : [cache])].map(({ registry }) => registry))];

export type KubernetesObject = Readonly<Record<string, unknown>>;

const configMapName = (build: string, part: number): string => `${build}-project-${part}`;

const credentialName = (build: string): string => `${build}-credential`;
const authorityName = (build: string): string => `${build}-authority`;

/** What Kaniko needs to unpack images and to run the toolkit as root in its container, and no more. */
const containerSecurity = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** The Job that builds an image and pushes it; its container's last message is the image's digest (Kaniko: `--digest-file`). */
export function kanikoJob(settings: KanikoSettings, build: KanikoBuild): KubernetesObject {
  const mounts = mountsOf(settings, build);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: build.name, namespace: settings.namespace, labels: { "app.kubernetes.io/managed-by": "portico" } },
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
          ...(settings.serviceAccount === undefined ? {} : { serviceAccountName: settings.serviceAccount }),
          containers: [
            {
              name: kanikoContainer,
              image: settings.executor,
              args: kanikoArguments(settings, build),
              securityContext: containerSecurity,
              volumeMounts: mounts.map(({ volume, path }) => ({ name: volume.name, mountPath: path, readOnly: true })),
            },
          ],
          volumes: mounts.map(({ volume }) => volume),
        },
      },
    },
  };
}

/** The name of the one container of a build's pod. */
export const kanikoContainer = "kaniko";

interface Mount {
  readonly volume: { readonly name: string } & KubernetesObject;
  readonly path: string;
}

function mountsOf({ authorities }: KanikoSettings, build: KanikoBuild): readonly Mount[] {
  const project = { name: "project", projected: { sources: projectMaps(build).map(({ name }) => ({ configMap: { name } })) } };
  const items = [{ key: ".dockerconfigjson", path: "config.json" }];
  const credential = { name: "credential", secret: { secretName: credentialName(build.name), items } };
  const authority = { name: "authority", configMap: { name: authorityName(build.name) } };
  return [
    { volume: project, path: projectFolder },
    ...(build.credential === undefined ? [] : [{ volume: credential, path: "/kaniko/.docker" }]),
    ...(authorities === undefined ? [] : [{ volume: authority, path: "/kaniko/authority" }]),
  ];
}

function kanikoArguments(settings: KanikoSettings, build: KanikoBuild): readonly string[] {
  const { plainHttp, authorities, cache, mirrors, extraArguments } = settings;
  return [
    "--context=dir:///workspace",
    `--dockerfile=${projectFolder}/Dockerfile`,
    `--ignore-path=${projectFolder}`,
    `--destination=${showReference(build.target)}`,
    "--digest-file=/dev/termination-log",
    "--reproducible",
    "--single-snapshot",
    "--log-format=text",
    ...Object.entries(build.labels).map(([name, value]) => `--label=${name}=${value}`),
    ...(plainHttp ? ["--insecure", "--insecure-pull"] : []),
    ...(authorities === undefined
      ? []
      : registriesOf(settings, build).map((registry) => `--registry-certificate=${registry}=/kaniko/authority/ca.crt`)),
    ...(cache === undefined ? [] : ["--cache=true", `--cache-repo=${showReference(cache)}`]),
    ...mirrors.map((mirror) => `--registry-mirror=${mirror}`),
    ...extraArguments,
  ];
}

function projectMaps({ name, parts }: KanikoBuild): readonly { readonly name: string; readonly entry: string | undefined }[] {
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
          ? { data: { Dockerfile: gatewayDockerfile(settings.toolkit, build.base) } }
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
