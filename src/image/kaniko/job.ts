import { showReference } from "../reference.ts";
import { projectFolder } from "./dockerfile.ts";
import { authorityName, credentialName, projectMaps } from "./inputs.ts";
import { type KanikoBuild, type KanikoSettings, type KubernetesObject, registriesOf } from "./settings.ts";

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
        metadata: { labels: { [buildLabel]: build.name } },
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

/** By which a build's pod is found: the Job's name. */
export const buildLabel = "portico.dev/build";

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
  const { plainHttp, plainHttpRegistries, authorities, cache, mirrors, extraArguments } = settings;
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
    ...plainHttpRegistries.map((host) => `--insecure-registry=${host}`),
    ...(authorities === undefined
      ? []
      : registriesOf(settings, build).map((registry) => `--registry-certificate=${registry}=/kaniko/authority/ca.crt`)),
    ...(cache === undefined ? [] : ["--cache=true", `--cache-repo=${showReference(cache)}`]),
    ...mirrors.map((mirror) => `--registry-mirror=${mirror}`),
    ...extraArguments,
  ].map(asItIs);
}

/** Kubernetes puts variables in place of `$(NAME)` in arguments, unless the dollar sign is doubled (Kubernetes: "Define a Command and Arguments"). */
const asItIs = (argument: string): string => argument.replaceAll("$", "$$$$");
