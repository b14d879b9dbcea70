import { errorCode } from "../../error-code.ts";
import { error, type Place, type Problem, wholeFile } from "../../problem.ts";
import type { Descriptor } from "../oci.ts";
import { whyUntrusted } from "./untrusted.ts";
import type { RegistryWords } from "./words.ts";

/** No answer, or none that is HTTP. */
export function unreachable(host: string, thrown: unknown): Problem {
  const where = wholeFile(host);
  const untrusted = whyUntrusted(thrown);
  if (untrusted !== undefined) return error("RegistryUntrusted", where, untrusted);
  return error("RegistryUnreachable", where, `The registry cannot be reached (${errorCode(thrown)}). Check its name, and that it is up.`);
}

/** The registry knows too little of who asks, or enough. */
export function denied(registry: string, repository: string, status: 401 | 403, words?: RegistryWords): Problem {
  const advice =
    status === 401
      ? `Log in with \`docker login ${registry}\`, or let DOCKER_CONFIG name a folder with the credential.`
      : "Ask whoever runs the registry for the right to do that, or name another repository.";
  return error(
    "RegistryDenied",
    wholeFile(`${registry}/${repository}`),
    `The registry answers ${status}.${words?.sentence ?? ""} ${advice}`,
  );
}

export function untrustedRealm(registry: string): Problem {
  return error(
    "RegistryUntrusted",
    wholeFile(registry),
    "The registry names a token server without TLS, to which no credential is sent. If it is one of your own, say --plain-http.",
  );
}

/** It may work later. */
export function tokenServerFailed(host: string, status: number, { sentence }: RegistryWords): Problem {
  return error("RegistryUnreachable", wholeFile(host), `The registry's token server answers ${status}.${sentence} Try again later.`);
}

/** What a registry sent is not all of it. */
export const brokeOff = (registry: string, repository: string): Problem =>
  error("RegistryFailed", wholeFile(`${registry}/${repository}`), "The registry's answer broke off, or is far too large. Try again later.");

export const tooLarge = (registry: string, repository: string, { digest, size }: Descriptor): Problem =>
  error(
    "BadImage",
    wholeFile(`${registry}/${repository}`),
    `The image says that ${digest} has ${size} bytes, far more than it can have. Name another image.`,
  );

export const notAsSaid = (where: Place, reference: string): Problem =>
  error(
    "BadImage",
    where,
    `What the registry has for \`${reference}\` is not what the digest says: it is broken, or was changed. Push the image again.`,
  );

/** The connection to where a blob is read from ended before the blob did. */
export const blobBrokeOff = (where: Place, digest: string): Problem =>
  error(
    "RegistryFailed",
    where,
    `What the registry sends for \`${digest}\` breaks off before its end. Look whether it is well, and what stands between; then try again.`,
  );
