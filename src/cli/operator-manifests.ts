import { customResourceDefinition } from "../api/crd.ts";
import { kindNames } from "../api/kinds.ts";
import { operatorObjects } from "../workloads/operator.ts";
import type { OperatorManifest } from "../workloads/operator-object.ts";
import { type InstallationOptions, usualDeadline } from "./operator-options.ts";
import { hostAndPort } from "./service-address.ts";
import { usualTracePercent } from "./trace-options.ts";

/** Where builds run, where nothing else is said. */
export const usualBuildNamespace = (namespace: string): string => `${namespace}-builds`;

/** All that an operator is in a cluster: the kinds first. `authorities` are those that registries are trusted by (PEM). */
export const operatorManifests = (
  options: InstallationOptions,
  authorities: string | undefined,
): readonly Readonly<Record<string, unknown>>[] => [...kindNames.map(customResourceDefinition), ...ownManifests(options, authorities)];

/** The same without the kinds. */
export function ownManifests(options: InstallationOptions, authorities: string | undefined): readonly OperatorManifest[] {
  const { namespace, image, registrySecret, replicas } = options;
  const buildNamespace = options.buildNamespace ?? usualBuildNamespace(namespace);
  const args = argumentsOf(options, buildNamespace);
  return operatorObjects({ namespace, buildNamespace, image, replicas, args, pullSecret: registrySecret, authorities });
}

/** What the operator is told, in its turn. */
const argumentsOf = (options: InstallationOptions, buildNamespace: string): readonly string[] => [
  ...["--namespace", options.namespace, "--build-namespace", buildNamespace],
  ...["--registry", options.registry, "--base", options.base, "--toolkit", options.image],
  ...["--executor", options.executor, "--builder", options.builder],
  ...(options.registrySecret === undefined ? [] : ["--registry-secret", options.registrySecret]),
  ...(options.pullSecret === undefined ? [] : ["--pull-secret", options.pullSecret]),
  ...(options.ratelimit === undefined ? [] : ["--ratelimit", hostAndPort(options.ratelimit)]),
  ...(options.otlp === undefined ? [] : ["--otlp", hostAndPort(options.otlp)]),
  ...(options.tracePercent === usualTracePercent ? [] : ["--trace-percent", String(options.tracePercent)]),
  ...(options.plainHttp ? ["--plain-http"] : []),
  ...options.plainHttpRegistry.flatMap((host) => ["--plain-http-registry", host]),
  ...(options.cacheRepository === undefined ? [] : ["--cache-repository", options.cacheRepository]),
  ...options.mirror.flatMap((host) => ["--mirror", host]),
  // What begins with a hyphen would be read as another option.
  ...options.kanikoArgument.map((argument) => `--kaniko-argument=${argument}`),
  ...(options.deadline === usualDeadline ? [] : ["--deadline", String(options.deadline)]),
];
