import type { Registries } from "../src/image/copy-blob.ts";
import { type Credentials, noCredentials } from "../src/image/registry/credentials.ts";
import { openRegistry, type Registry } from "../src/image/registry/registry.ts";
import type { Retries } from "../src/image/registry/retry.ts";
import type { Scope } from "./scope.ts";

/** Tried again once, and at once. */
const onceMore: Retries = { most: 1, firstMs: 1, longestMs: 1 };

/** Registries without TLS, as nobody where no credentials are given; closed with the test. */
export function openRegistries(scope: Scope, credentials: Credentials = noCredentials, retries = onceMore): Registries {
  const options = {
    authorities: undefined,
    patienceMs: 2000,
    credentials,
    plainHttp: true,
    retries,
  };
  const open = new Map<string, Registry>();
  return (name) => {
    const registry = open.get(name) ?? openRegistry(name, options);
    if (!open.has(name)) scope.after(async () => registry.close());
    open.set(name, registry);
    return registry;
  };
}
