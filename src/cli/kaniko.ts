import { buildCluster } from "../apply/kubernetes/build-cluster.ts";
import { openClient } from "../apply/kubernetes/client.ts";
import type { Builder } from "../image/builder.ts";
import type { Registries } from "../image/copy-blob.ts";
import type { BuildCluster } from "../image/kaniko/cluster.ts";
import { kanikoBuilder } from "../image/kaniko/kaniko-builder.ts";
import type { KanikoSettings } from "../image/kaniko/settings.ts";
import { sharedJobs } from "../image/kaniko/shared-jobs.ts";
import { parseReference } from "../image/reference.ts";
import type { Credentials } from "../image/registry/credentials.ts";
import { dockerCredentials } from "../image/registry/docker-credentials.ts";
import { type Checked, checked } from "../problem.ts";
import type { KanikoOptions } from "./kaniko-options.ts";
import { printableLines } from "./printable.ts";
import { readAuthority } from "./registries.ts";
import type { RegistryOptions } from "./registry-options.ts";
import { secretCredentials } from "./secret-credentials.ts";

/** A cluster that builds. */
export interface KanikoAtHand {
  /** Whom its builds are for registries. */
  readonly credentials: Credentials;
  builder(registries: Registries): Builder;
}

/** The cluster that kubectl would reach. A build's log goes to stderr; the signal ends it. */
export async function openKaniko(options: KanikoOptions & RegistryOptions, signal: AbortSignal): Promise<Checked<KanikoAtHand>> {
  const client = openClient();
  if (!client.ok) return client;
  const namespace = options.namespace ?? client.value.namespace;
  const settings = await settingsOf(options, namespace);
  if (!settings.ok) return settings;
  const cluster = buildCluster(client.value);
  const credentials = await credentialsOf(cluster, namespace, options.pushSecret);
  if (!credentials.ok) return credentials;
  const write = (text: string): void => {
    process.stderr.write(printableLines(text));
  };
  const waits = (why: string): void => write(`${why}\n`);
  const around = { credentials: credentials.value, write, waits, runs: () => {}, signal, resumes: false, jobs: sharedJobs() };
  const builder = (registries: Registries): Builder => kanikoBuilder(cluster, settings.value, { ...around, registries });
  return checked({ credentials: credentials.value, builder }, []);
}

async function settingsOf(options: KanikoOptions & RegistryOptions, namespace: string): Promise<Checked<KanikoSettings>> {
  const toolkit = parseReference(options.toolkit ?? "");
  const cache = options.cacheRepository === undefined ? undefined : parseReference(options.cacheRepository);
  const authorities = options.registryCa === undefined ? undefined : await readAuthority(options.registryCa);
  if (!toolkit.ok) return toolkit;
  if (cache?.ok === false) return cache;
  if (authorities?.ok === false) return authorities;
  const {
    executor,
    serviceAccount,
    plainHttp,
    plainHttpRegistry,
    mirror: mirrors,
    deadline: deadlineSeconds,
    kanikoArgument: extraArguments,
  } = options;
  return checked(
    {
      namespace,
      executor,
      toolkit: toolkit.value,
      serviceAccount,
      plainHttp,
      plainHttpRegistries: plainHttpRegistry,
      authorities: authorities?.value,
      cache: cache?.value,
      mirrors,
      deadlineSeconds,
      extraArguments,
    },
    [],
  );
}

/** Those of a Secret of the cluster's, else those that this machine is logged in with. */
async function credentialsOf(cluster: BuildCluster, namespace: string, secret: string | undefined): Promise<Checked<Credentials>> {
  if (secret === undefined) return checked(dockerCredentials(process.env), []);
  const [name = "", within = namespace] = secret.split("/").toReversed();
  return secretCredentials(cluster, within, name);
}
