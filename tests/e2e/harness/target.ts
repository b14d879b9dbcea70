/** The cluster that is tested, as the runner (scripts/e2e.ts) says it: all that a test may know of it. */
export interface Target {
  /** A program that is kubectl; KUBECONFIG in the environment says which cluster. */
  readonly kubectl: readonly string[];
  /** What names of images begin with, for pods. */
  readonly registry: string;
  /** The same registry as this machine reaches it: where names of pods mean nothing here, its address. */
  readonly pushRegistry: string;
  readonly registryIsPlainHttp: boolean;
  /** A registry that has TLS by an authority of its own, and wants a password; undefined where the cluster has none. */
  readonly secure: SecureRegistry | undefined;
  /** The folder with the Gateway API's kinds. */
  readonly gatewayApi: string;
  /** The file into which failed tests write what the cluster says of them. */
  readonly report: string;
}

export interface SecureRegistry {
  readonly registry: string;
  readonly user: string;
  readonly password: string;
  /** The authority's file. */
  readonly authority: string;
}

function said(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: \`npm run e2e\` runs these tests.`);
  return value;
}

export const target: Target = {
  kubectl: said("PORTICO_E2E_KUBECTL").split(" "),
  registry: said("PORTICO_E2E_REGISTRY"),
  pushRegistry: process.env.PORTICO_E2E_PUSH_REGISTRY ?? said("PORTICO_E2E_REGISTRY"),
  registryIsPlainHttp: process.env.PORTICO_E2E_REGISTRY_PLAIN_HTTP === "true",
  secure: process.env.PORTICO_E2E_SECURE_REGISTRY === undefined ? undefined : JSON.parse(process.env.PORTICO_E2E_SECURE_REGISTRY),
  gatewayApi: said("PORTICO_E2E_GATEWAY_API"),
  report: said("PORTICO_E2E_REPORT"),
};

/** The name of one of the tests' own images. */
export const testImage = (name: string): string => `${target.registry}/${name}:test`;
