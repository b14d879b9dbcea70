import { baseImages } from "./base-images.ts";
import { portico, registryOptions } from "./gateway.ts";
import { type Ending, makeNamespace, type Namespace } from "./namespace.ts";
import { target, testImage } from "./target.ts";

/** An operator in the cluster: there is one at a time. */
export interface Operator {
  /** Its own namespace. */
  readonly namespace: Namespace;
  /** Where it puts images. */
  readonly registry: string;
}

/** Installs an operator, as a person would, with our own base images; it goes with the tests. */
export async function installOperator(t: Ending, ...more: readonly string[]): Promise<Operator> {
  const builds = await makeNamespace(t);
  const namespace = await makeNamespace(t);
  const { toolkit, gateway } = await baseImages(builds);
  const registry = `${target.registry}/e2e/${namespace.name}`;
  const where = ["--namespace", namespace.name, "--build-namespace", builds.name, "--registry", registry];
  const images = ["--image", toolkit, "--base", gateway, "--executor", testImage("kaniko")];
  await portico("operator", "install", ...where, ...images, ...registryOptions, ...more);
  await namespace.kubectl("rollout", "status", "deployment/portico-operator", "--timeout=120s");
  return { namespace, registry };
}
