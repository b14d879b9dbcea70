import { randomBytes } from "node:crypto";
import { objectStore } from "../../apply/kubernetes/objects.ts";
import { error, wholeFile } from "../../problem.ts";
import { Redacted } from "../../redacted.ts";
import { failure } from "../failure.ts";
import { inCluster } from "../in-cluster.ts";
import type { KeyOptions } from "../key.ts";
import { clusterKeys } from "./cluster-keys.ts";
import { fileKeys } from "./file-keys.ts";
import type { KeptKeys, KeyStore } from "./key-store.ts";

/** As many as a key of AES has: nobody guesses it (bytes). */
const keyLength = 32;

/** Makes a client's key and prints it; the exit code. */
export const createKey = (client: string, options: KeyOptions & { readonly replace: boolean; readonly tier?: string }): Promise<number> =>
  inStore(options, async (store, kept) => {
    if (kept?.clients.includes(client) && !options.replace)
      return wrong(store, `\`${client}\` has a key already. Give another one in its place with --replace.`);
    const key = new Redacted(randomBytes(keyLength).toString("base64url"));
    const entry = key.map((text) => (options.tier === undefined ? text : `${text}\ntier: ${options.tier}`));
    const written = await store.write(kept, client, entry);
    if (!written.ok) return failure(written.problems);
    process.stderr.write(`${client} has a key in ${store.name}. It is shown this once:\n`);
    process.stdout.write(`${key.reveal()}\n`);
    return 0;
  });

/** Lists whose keys there are; the exit code. */
export const listKeys = (options: KeyOptions & { readonly json: boolean }): Promise<number> =>
  inStore(options, async (store, kept) => {
    if (kept === undefined) return wrong(store, "There is no such Secret. `portico key create` makes it.");
    const clients = kept.clients.toSorted();
    process.stdout.write(
      options.json ? `${JSON.stringify(clients.map((client) => ({ client })))}\n` : clients.map((client) => `${client}\n`).join(""),
    );
    return 0;
  });

/** Takes a client's key away; the exit code. */
export const revokeKey = (client: string, options: KeyOptions): Promise<number> =>
  inStore(options, async (store, kept) => {
    if (!kept?.clients.includes(client)) return wrong(store, `\`${client}\` has no key here. \`portico key list\` says who has.`);
    const written = await store.write(kept, client, undefined);
    if (!written.ok) return failure(written.problems);
    process.stderr.write(`${client} has no key any longer in ${store.name}.\n`);
    return 0;
  });

const wrong = (store: KeyStore, message: string): number => failure([error("WrongValue", wholeFile(store.name), message)]);

async function inStore(options: KeyOptions, act: (store: KeyStore, kept: KeptKeys | undefined) => Promise<number>): Promise<number> {
  const inside = async (store: KeyStore): Promise<number> => {
    const kept = await store.read();
    return kept.ok ? act(store, kept.value) : failure(kept.problems);
  };
  if (options.file !== undefined) return inside(fileKeys(options.file, options.secret));
  return inCluster(options, ({ transport, namespace }) => inside(clusterKeys(objectStore(transport), namespace, options.secret)));
}
