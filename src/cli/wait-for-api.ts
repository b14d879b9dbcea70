import { watchCollection } from "../apply/kubernetes/collection.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { printable, printableLines } from "./printable.ts";
import { statusOf } from "./stored-api.ts";

/** What of an API is waited for: that it serves as it was said in that generation. */
export interface Wanted {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  /** Of the API when it was applied: what its status says in that version is of before. Undefined where nothing changed. */
  readonly resourceVersion: string | undefined;
  /** Of what it shall serve; undefined where only its image is known. */
  readonly inputHash: string | undefined;
}

/** How an API stands. */
type Standing =
  | { readonly kind: "waits"; readonly saying: string }
  | { readonly kind: "serves"; readonly address: string }
  | { readonly kind: "stuck"; readonly saying: string };

/** Reasons that say "wait": anything else that does not hold needs somebody. */
const passing: ReadonlySet<string> = new Set(["Building", "Progressing", "Waiting", "ClusterUnreachable", "RegistryUnreachable"]);

/** How an API's status says that it stands, for what is wanted now. */
function standingOf(api: StoredObject, { resourceVersion, inputHash }: Wanted): Standing {
  const { generation, resourceVersion: version } = api.metadata;
  const { conditions = [], ...status } = statusOf(api);
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready === undefined || status.observedGeneration !== generation) return unseen;
  const isWanted = inputHash === undefined || status.inputHash === inputHash;
  if (ready.status === "True" && isWanted) return { kind: "serves", address: status.address ?? "" };
  if (version === resourceVersion) return unseen;
  const { reason, message } = ready;
  return ready.status === "True" || passing.has(reason)
    ? { kind: "waits", saying: message }
    : { kind: "stuck", saying: `${reason}: ${message}` };
}

/** How long something that is wrong may be so only for now (milliseconds). */
const graceMs = 2000;

const unseen: Standing = { kind: "waits", saying: "The operator has not seen it yet." };

interface Waiting {
  readonly seconds: number;
  readonly began: number;
  readonly isPrinted?: boolean;
  /** Is told each state of the API, with what ends when nobody waits any more. */
  readonly seen?: (api: StoredObject, signal: AbortSignal) => void;
}

/** Waits until an API serves, and says on stderr how far it is; its address goes to stdout, unless the objects are there already. The exit code. */
export async function waitForApi(
  transport: Transport,
  wanted: Wanted,
  { seconds, began, isPrinted = false, seen = () => {} }: Waiting,
): Promise<number> {
  const { namespace, name, generation } = wanted;
  const ended = new AbortController();
  let last = "";
  const say = (text: string): void => {
    if (text === last) return;
    last = text;
    process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${printableLines(text)}\n`);
  };
  const code = await new Promise<number>((resolve) => {
    const late = `It does not serve after ${seconds} s, and goes on trying. \`kubectl describe api ${name}\` shows how far it is.`;
    const end = (saying: string, exitCode: number): void => {
      clearTimeout(timer);
      clearTimeout(patience);
      say(saying);
      resolve(exitCode);
    };
    const timer = setTimeout(() => end(late, 1), seconds * 1000);
    let patience: NodeJS.Timeout | undefined;
    const out = isPrinted ? process.stderr : process.stdout;
    const changed = (_: string, api: StoredObject | undefined): void => {
      clearTimeout(patience);
      if (api === undefined) {
        end("It was deleted.", 1);
        return;
      }
      if (api.metadata.generation < generation) return;
      seen(api, ended.signal);
      const standing = standingOf(api, wanted);
      if (standing.kind === "waits") say(standing.saying);
      // The operator may have seen one of several objects that were applied, and not yet the others.
      else if (standing.kind === "stuck") patience = setTimeout(() => end(standing.saying, 1), graceMs);
      else {
        end("It serves.", 0);
        out.write(`${printable(standing.address)}\n`);
      }
    };
    const failed = (): void => say("The cluster does not answer; it is asked again.");
    const selection = { resource: resources.apis, namespace, fieldSelector: `metadata.name=${name}` };
    watchCollection(transport, selection, { changed, failed }, ended.signal);
  });
  ended.abort();
  return code;
}
