import { shellWords } from "../../../testing/page-examples.ts";
import { baseImages } from "./base-images.ts";
import { portico, registryOptions } from "./gateway.ts";
import { type Ending, makeNamespace, type Namespace } from "./namespace.ts";
import { kubernetesPages } from "./pages.ts";
import { target, testImage } from "./target.ts";

/** An operator in the cluster: there is one at a time. */
export interface Operator {
  /** Its own namespace, and the one of its builds. */
  readonly namespace: Namespace;
  readonly builds: Namespace;
  /** Where it puts images. */
  readonly registry: string;
  /** The images that it was installed with. */
  readonly images: { readonly operator: string; readonly gateway: string };
}

/** Installs an operator by the command that its page shows, with our own base images; it goes with the tests. */
export async function installOperator(t: Ending): Promise<Operator> {
  const builds = await makeNamespace(t);
  const namespace = await makeNamespace(t);
  const images = await baseImages(builds);
  const registry = `${target.registry}/e2e/${namespace.name}`;
  const operator = { namespace, builds, registry, images };
  t.after(async () => {
    await portico("operator", "uninstall", "--namespace", namespace.name);
  });
  await install(operator, ...registryOptions);
  return operator;
}

/** Installs it, or installs it anew in another way. */
export async function install({ namespace, builds, registry, images }: Operator, ...more: readonly string[]): Promise<void> {
  const [shown] = kubernetesPages().commands;
  const [program, ...words] = shellWords(shown?.command ?? "");
  if (program !== "portico") throw new Error("The pages begin with another command than the one that installs.");
  const names = new Map([
    ["registry.example/apis", registry],
    ["registry.example/portico/operator:1", images.operator],
    ["registry.example/portico/gateway:1", images.gateway],
  ]);
  const here = ["--namespace", namespace.name, "--build-namespace", builds.name, "--executor", testImage("kaniko"), ...more];
  await portico(...words.map((word) => names.get(word) ?? word), ...here);
  await namespace.kubectl("rollout", "status", "deployment/portico-operator", "--timeout=120s");
}
