import { dockerCredentials } from "../image/registry/docker-credentials.ts";
import { openRegistry, type Registry } from "../image/registry/registry.ts";
import { usualRetries } from "../image/registry/retry.ts";
import { type Checked, checked } from "../problem.ts";
import { readText } from "../source/read-text.ts";
import type { RegistryOptions } from "./image.ts";

/** The registries that a command speaks to, each opened once, as the person who is logged in there. */
export interface OpenRegistries {
  readonly open: (registry: string) => Registry;
  close(): void;
}

const patienceMs = 60_000;

/** Fails where the certification authority's file cannot be read. */
export async function openRegistries({ plainHttp, registryCa }: RegistryOptions): Promise<Checked<OpenRegistries>> {
  const authority = registryCa === undefined ? undefined : await readText(registryCa);
  if (authority?.ok === false) return authority;
  const options = {
    authorities: authority?.value,
    plainHttp,
    patienceMs,
    credentials: dockerCredentials(process.env),
    retries: usualRetries,
  };
  const opened = new Map<string, Registry>();
  const open = (name: string): Registry => {
    const registry = opened.get(name) ?? openRegistry(name, options);
    opened.set(name, registry);
    return registry;
  };
  const close = (): void => {
    for (const registry of opened.values()) registry.close();
  };
  return checked({ open, close }, []);
}
