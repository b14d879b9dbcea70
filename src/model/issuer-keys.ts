import type { Target } from "./backend.ts";
import type { KeySet } from "./security.ts";
import { entriesOf, type Values } from "./values.ts";

/** What an environment keeps of an issuer that was asked where its keys are: their url, or why that is not known. */
export const keysUrlEntry = "jwks_uri";
export const faultEntry = "fault";

/** A place that the gateway itself fetches keys from. */
interface RemoteKeys {
  readonly url: string;
  readonly target: Target;
}

/** Where the gateway fetches an issuer's keys; undefined where it does not, and where nobody knows yet. */
export function remoteKeys(keys: KeySet, values: Values): RemoteKeys | undefined {
  if (keys.kind === "remote") return keys;
  if (keys.kind !== "discovered") return undefined;
  const url = entriesOf(values, keys.from).get(keysUrlEntry)?.reveal();
  return url === undefined ? undefined : { url, target: targetOf(new URL(url)) };
}

function targetOf({ protocol, hostname, port }: URL): Target {
  const tls = protocol === "https:";
  const usual = tls ? 443 : 80;
  return { tls, host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? usual : Number(port) };
}
