import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import { type Blob, type Descriptor, digestOf, mediaTypes } from "../oci.ts";
import { bytesOf, type HttpResponse } from "./http.ts";
import { brokeOff, notAsSaid, tooLarge } from "./problems.ts";
import { type Retries, retried } from "./retry.ts";
import type { Session } from "./session.ts";
import { BrokenBlob, checkedStream } from "./verified.ts";

/** More than a manifest or a configuration has; registries take manifests of 4 MiB at most (OCI distribution specification, "Pushing Manifests"). */
export const largestDocument = 4 * 1024 * 1024;

/** Asks for something of a repository's: a path below it. */
export const ask = (session: Session, method: "GET" | "HEAD", repository: string, path: string, accept: readonly string[] = []) =>
  session.send({
    method,
    repository,
    actions: "pull",
    to: `${repository}/${path}`,
    headers: accept.length === 0 ? {} : { accept: accept.join(", ") },
  });

/** An answer that says neither yes nor no. */
export async function unexpected(session: Session, repository: string, what: string, response: HttpResponse): Promise<Problem> {
  const { sentence } = await session.words(response);
  return error(
    "RegistryFailed",
    wholeFile(`${session.registry}/${repository}`),
    `The registry answers ${response.status} to ${what}.${sentence} Look whether it is a registry, and what it logs.`,
  );
}

/** A whole answer and its head, asked for again when it breaks off; undefined for 404. */
async function wholeAnswer(
  session: Session,
  retries: Retries,
  repository: string,
  path: string,
  accept: readonly string[],
): Promise<Checked<{ readonly bytes: Uint8Array; readonly headers: HttpResponse["headers"] } | undefined>> {
  return retried(retries, async () => {
    const answer = await ask(session, "GET", repository, path, accept);
    if (!answer.ok) return { outcome: answer };
    const { status, headers } = answer.value;
    if (status === 404) {
      answer.value.discard();
      return { outcome: checked(undefined, []) };
    }
    if (status !== 200) return { outcome: failed(await unexpected(session, repository, `the question for ${path}`, answer.value)) };
    try {
      return { outcome: checked({ bytes: await bytesOf(answer.value, largestDocument), headers }, []) };
    } catch {
      return { later: brokeOff(session.registry, repository), notBeforeMs: 0 };
    }
  });
}

/** A manifest or index; undefined where there is none. */
export async function readManifestOf(
  session: Session,
  retries: Retries,
  repository: string,
  reference: string,
  accept: readonly string[],
): Promise<Checked<Blob | undefined>> {
  const answer = await wholeAnswer(session, retries, repository, `manifests/${reference}`, accept);
  if (!answer.ok || answer.value === undefined) return answer.ok ? checked(undefined, []) : answer;
  const { bytes, headers } = answer.value;
  const mediaType = headers["content-type"]?.split(";")[0] ?? mediaTypes.manifest;
  const digest = digestOf(bytes);
  const said = reference.startsWith("sha256:") ? reference : headers["docker-content-digest"];
  if (said !== undefined && said !== digest) return failed(notAsSaid(wholeFile(`${session.registry}/${repository}`), reference));
  return checked({ bytes, descriptor: { mediaType, digest, size: bytes.length } }, []);
}

/** A blob, whole, asked for again when it breaks off. */
export function readBlob(
  session: Session,
  retries: Retries,
  repository: string,
  descriptor: Descriptor,
  most: number,
): Promise<Checked<Uint8Array>> {
  return retried(retries, async () => {
    if (descriptor.size > most) return { outcome: failed(tooLarge(session.registry, repository, descriptor)) };
    const stream = await openBlob(session, repository, descriptor);
    if (!stream.ok) return { outcome: stream };
    const parts: Uint8Array[] = [];
    try {
      for await (const part of stream.value) parts.push(part);
      return { outcome: checked(Buffer.concat(parts), []) };
    } catch (thrown) {
      if (thrown instanceof BrokenBlob) return thrown.why;
      throw thrown;
    }
  });
}

/** A blob as it comes, and what it is of as people name it: that is where what is wrong is said to be. */
export async function openBlob(
  session: Session,
  repository: string,
  descriptor: Descriptor,
  image = `${session.registry}/${repository}`,
): Promise<Checked<AsyncIterable<Uint8Array>>> {
  const answer = await ask(session, "GET", repository, `blobs/${descriptor.digest}`);
  if (!answer.ok) return answer;
  const where = wholeFile(image);
  if (answer.value.status === 200) return checked(checkedStream(answer.value.body, descriptor, where), []);
  if (answer.value.status !== 404) return failed(await unexpected(session, repository, "the question for a blob", answer.value));
  answer.value.discard();
  return failed(
    error("ImageMissing", where, `The registry has no blob ${descriptor.digest}, which the image names. Push the image again.`),
  );
}

/** Pages of a list of referrers; no image has so many. */
const mostPages = 100;

/** All pages of a registry's list of what refers to a manifest; undefined where it keeps none (OCI distribution specification, "Listing Referrers"). */
export async function readReferrers(
  session: Session,
  retries: Retries,
  repository: string,
  digest: string,
): Promise<Checked<readonly Uint8Array[] | undefined>> {
  const pages: Uint8Array[] = [];
  let path: string | undefined = `referrers/${digest}`;
  while (path !== undefined && pages.length < mostPages) {
    const answer = await wholeAnswer(session, retries, repository, path, [mediaTypes.index]);
    if (!answer.ok) return answer;
    if (answer.value?.headers["content-type"]?.startsWith(mediaTypes.index) !== true) return checked(undefined, []);
    pages.push(answer.value.bytes);
    path = nextPage(answer.value.headers.link, repository);
  }
  return checked(pages, []);
}

/** The page after this one, as a path below the repository (RFC 8288: `</v2/.../referrers/...?last=...>; rel="next"`). */
function nextPage(link: string | string[] | undefined, repository: string): string | undefined {
  const [, target] = /<([^>]*)>\s*;\s*rel="?next"?/.exec(String(link ?? "")) ?? [];
  const path = target?.split(`/v2/${repository}/`)[1];
  return path?.startsWith("referrers/") === true ? path : undefined;
}
