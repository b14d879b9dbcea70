import { setFlagsFromString } from "node:v8";
import { buildCluster } from "../apply/kubernetes/build-cluster.ts";
import { type Client, openClient } from "../apply/kubernetes/client.ts";
import { openTransport, type Transport } from "../apply/kubernetes/transport.ts";
import { asLeader } from "../controller/as-leader.ts";
import { jsonLog } from "../controller/log.ts";
import { makeMetrics } from "../controller/metrics.ts";
import { serveMonitoring } from "../controller/monitoring.ts";
import { operate } from "../controller/operator.ts";
import type { OperatorSettings } from "../controller/settings.ts";
import type { Building } from "../controller/world.ts";
import { kanikoBuilder } from "../image/kaniko/kaniko-builder.ts";
import { sharedJobs } from "../image/kaniko/shared-jobs.ts";
import { layerBuilder } from "../image/layer-builder.ts";
import { type ImageReference, parseReference } from "../image/reference.ts";
import { type Credentials, noCredentials } from "../image/registry/credentials.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { buildAccount } from "../workloads/operator.ts";
import { failure } from "./failure.ts";
import type { OperatorRunOptions } from "./operator-options.ts";
import { type OpenRegistries, ofOperator, openRegistries, readAuthority } from "./registries.ts";
import { secretCredentials } from "./secret-credentials.ts";
import { tracesOf } from "./trace-options.ts";
import { version } from "./version.ts";

/** Runs the operator until it is told to end; the exit code. */
export async function runOperator(options: OperatorRunOptions): Promise<number> {
  // What it holds lasts, and what it reads does not: its heap grows by small steps. NODE_OPTIONS does not take this one.
  setFlagsFromString("--heap-growing-percent=30");
  const client = openClient();
  if (!client.ok) return failure(client.problems);
  const settings = await settingsOf(options);
  if (!settings.ok) return failure(settings.problems);
  const credentials = credentialsOf(client.value, options.namespace, options.registrySecret);
  const registries = await openRegistries(options, credentials, ofOperator);
  if (!registries.ok) return failure(registries.problems);
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  const log = jsonLog((line) => process.stdout.write(line));
  const metrics = makeMetrics();
  let knows = true;
  const monitoring = serveMonitoring({ ready: () => knows, metrics: metrics.text });
  const open = (mayWrite?: () => boolean): Transport => openTransport(client.value.config, mayWrite);
  try {
    return await asLeader({ open, namespace: settings.value.namespace, log, signal: ended.signal }, (transport, signal, leads) => {
      knows = false;
      const works = (): void => {
        knows = true;
      };
      // Who ends leaves what is being built to the next one, which goes on with it.
      const mayWrite = (): boolean => leads() && !signal.aborted;
      const building = buildingOf(client.value, settings.value, registries.value, credentials, mayWrite);
      return operate(settings.value, { transport, building, log, metrics, works }, signal);
    });
  } finally {
    monitoring.close();
    monitoring.closeAllConnections();
    registries.value.close();
    // What is still under way, an upload or a question to a cluster that is silent, is not waited for any longer.
    setTimeout(() => process.exit(), leavingMs).unref();
  }
}

/** How long what is under way may keep the process of an operator that has ended (milliseconds). */
const leavingMs = 5_000;

async function settingsOf(options: OperatorRunOptions): Promise<Checked<OperatorSettings>> {
  const { registry, base, toolkit, executor, builder, namespace, buildNamespace, plainHttp, plainHttpRegistry, registryCa } = options;
  const prefix = parseReference(`${registry.replace(/\/+$/, "")}/x`);
  const bases = parseReference(base);
  const tools = toolkit === undefined ? undefined : parseReference(toolkit);
  const cache = options.cacheRepository === undefined ? undefined : parseReference(options.cacheRepository);
  const authorities = registryCa === undefined ? undefined : await readAuthority(registryCa);
  if (!prefix.ok) return prefix;
  if (!bases.ok) return bases;
  if (tools?.ok === false) return tools;
  if (cache?.ok === false) return cache;
  if (authorities?.ok === false) return authorities;
  const kaniko = tools && {
    namespace: buildNamespace ?? `${namespace}-builds`,
    executor,
    toolkit: tools.value,
    serviceAccount: buildAccount,
    plainHttp,
    plainHttpRegistries: plainHttpRegistry,
    authorities: authorities?.value,
    cache: cache?.value,
    mirrors: options.mirror,
    deadlineSeconds: options.deadline,
    extraArguments: options.kanikoArgument,
  };
  return checked(
    {
      namespace,
      registry: withoutName(prefix.value),
      base: bases.value,
      builder,
      kaniko,
      pullSecret: pullSecretOf(options),
      limitsService: options.ratelimit,
      traces: tracesOf(options),
      version,
    },
    [],
  );
}

const withoutName = ({ registry, repository }: ImageReference): OperatorSettings["registry"] => ({
  registry,
  repository: repository.split("/").slice(0, -1).join("/"),
});

/** With what pods pull: where nothing else is said, with what the operator pushes. */
const pullSecretOf = ({ pullSecret, registrySecret }: OperatorRunOptions): string | undefined => pullSecret ?? registrySecret;

/** The Secret is read each time a registry asks who we are: it may have been changed. */
const credentialsOf = (client: Client, namespace: string, secret: string | undefined): Credentials => {
  if (secret === undefined) return noCredentials;
  const cluster = buildCluster(client);
  return async (registry) => {
    const found = await secretCredentials(cluster, namespace, secret);
    return found.ok ? found.value(registry) : undefined;
  };
};

const buildingOf = (
  client: Client,
  { kaniko, namespace, pullSecret }: OperatorSettings,
  { open }: OpenRegistries,
  credentials: Credentials,
  leads: () => boolean,
  jobs = sharedJobs(),
): Building => ({
  leads,
  registries: open,
  pullCredentials: credentialsOf(client, namespace, pullSecret),
  builder: (name, listener) => {
    if (name === "layer") return checked(layerBuilder(open), []);
    const around = { ...listener, credentials, registries: open, resumes: true, jobs };
    if (kaniko !== undefined) return checked(kanikoBuilder(buildCluster(client, leads), kaniko, around), []);
    const advice = "Let the API say `builder: layer`, or install the operator with --toolkit.";
    return failed(error("BuildFailed", wholeFile("operator"), `The operator was not told with which toolkit Kaniko builds. ${advice}`));
  },
});
