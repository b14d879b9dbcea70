import { X509Certificate } from "node:crypto";
import type { Credentials } from "../image/registry/credentials.ts";
import { dockerCredentials } from "../image/registry/docker-credentials.ts";
import { openRegistry, type Registry } from "../image/registry/registry.ts";
import { type Retries, usualRetries } from "../image/registry/retry.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { readText } from "../source/read-text.ts";
import type { RegistryOptions } from "./registry-options.ts";
import { withProgress } from "./upload-progress.ts";

/** The registries that a command speaks to, each opened once, as the person who is logged in there. */
export interface OpenRegistries {
  readonly open: (registry: string) => Registry;
  close(): void;
}

/** How long a registry may be silent, and what is tried again. */
interface Patience {
  readonly patienceMs: number;
  readonly retries: Retries;
}

const ofPeople: Patience = { patienceMs: 60_000, retries: usualRetries };

/** An operator says soon what is wrong, and comes back to it by itself. */
export const ofOperator: Patience = { patienceMs: 15_000, retries: { ...usualRetries, most: 2 } };

/** On a terminal somebody waits; a log needs no progress. `file` is what a layout becomes. */
export const watched = (registry: Registry, file?: string): Registry =>
  process.stderr.isTTY ? withProgress(registry, (line) => process.stderr.write(`${line}\n`), file) : registry;

/** Fails where the certification authority's file cannot be read. */
export async function openRegistries(
  { plainHttp, plainHttpRegistry, registryCa }: RegistryOptions,
  credentials: Credentials = dockerCredentials(process.env),
  patience: Patience = ofPeople,
): Promise<Checked<OpenRegistries>> {
  const authority = registryCa === undefined ? undefined : await readAuthority(registryCa);
  if (authority?.ok === false) return authority;
  const options = {
    authorities: authority?.value,
    credentials,
    ...patience,
  };
  const opened = new Map<string, Registry>();
  const open = (name: string): Registry => {
    const registry =
      opened.get(name) ?? watched(openRegistry(name, { ...options, plainHttp: plainHttp || plainHttpRegistry.includes(name) }));
    opened.set(name, registry);
    return registry;
  };
  const close = (): void => {
    for (const registry of opened.values()) registry.close();
  };
  return checked({ open, close }, []);
}

/** A certification authority's certificate, or several. Fails with BadCertificate where there is none. */
export async function readAuthority(path: string): Promise<Checked<string>> {
  const text = await readText(path);
  if (!text.ok) return text;
  try {
    new X509Certificate(text.value);
    return text;
  } catch {
    return failed(
      error(
        "BadCertificate",
        wholeFile(path),
        "The file holds no certificate. Name one in PEM, which begins with `-----BEGIN CERTIFICATE-----`.",
      ),
    );
  }
}
