import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import type { Descriptor } from "../oci.ts";
import type { HttpResponse } from "./http.ts";
import { notStored } from "./refusals.ts";
import { type Retries, retried, type Try } from "./retry.ts";
import type { Session } from "./session.ts";
import { BrokenBlob } from "./verified.ts";

/** A blob to be stored, and where its bytes come from: as often as it is tried. What it is read from may throw a BrokenBlob. */
export interface Upload {
  readonly descriptor: Descriptor;
  readonly read: () => Promise<Checked<AsyncIterable<Uint8Array>>>;
}

/** Blobs beyond this go in chunks: a connection that breaks costs one of them, and no server has to hold more at once. */
const chunkBytes = 16 * 1024 * 1024;

/** Uploads a blob, from its begin again when something fails on the way that may work later (OCI distribution specification, "Pushing Blobs"). */
export function uploadBlob(session: Session, repository: string, upload: Upload, retries: Retries): Promise<Checked<void>> {
  return retried(retries, () => tried(session, repository, upload));
}

async function tried(session: Session, repository: string, { descriptor, read }: Upload): Promise<Try<void>> {
  // To begin, and to open what is read, was tried often enough then.
  const begun = await begin(session, repository);
  if (!begun.ok) return { outcome: begun };
  const content = await read();
  if (!content.ok) return { outcome: content };
  try {
    return await sent(session, repository, begun.value, descriptor, content.value);
  } catch (thrown) {
    // It was read from elsewhere: that is where it broke.
    if (thrown instanceof BrokenBlob) return thrown.why;
    throw thrown;
  }
}

/** Begins an upload: where it goes on. */
async function begin(session: Session, repository: string): Promise<Checked<URL>> {
  const begun = await session.send({ method: "POST", repository, actions: "pull,push", to: `${repository}/blobs/uploads/` });
  if (!begun.ok) return begun;
  return nextOf(session, repository, begun.value);
}

/** Sends all of a blob. Throws what its reading throws. */
async function sent(
  session: Session,
  repository: string,
  begin: URL,
  descriptor: Descriptor,
  content: AsyncIterable<Uint8Array>,
): Promise<Try<void>> {
  let next = begin;
  let offset = 0;
  for await (const chunk of chunks(content, chunkBytes)) {
    if (chunk.length === descriptor.size) return finish(session, repository, next, descriptor, chunk);
    const headers = { ...octets, "content-range": `${offset}-${offset + chunk.length - 1}` };
    const part = await session.sendOnce({ method: "PATCH", repository, actions: "pull,push", to: next, headers, body: chunk });
    if ("later" in part) return part;
    if (!part.outcome.ok) return { outcome: part.outcome };
    const following = await nextOf(session, repository, part.outcome.value);
    if (!following.ok) return { outcome: following };
    next = following.value;
    offset += chunk.length;
  }
  return finish(session, repository, next, descriptor, new Uint8Array());
}

const octets = { "content-type": "application/octet-stream" };

/** The last request of an upload, with what is left of the bytes; the registry checks the digest. */
async function finish(session: Session, repository: string, to: URL, { digest }: Descriptor, body: Uint8Array): Promise<Try<void>> {
  const last = new URL(to);
  last.searchParams.set("digest", digest);
  const put = await session.sendOnce({ method: "PUT", repository, actions: "pull,push", to: last, headers: octets, body });
  if ("later" in put) return put;
  if (!put.outcome.ok) return { outcome: put.outcome };
  const { value: answer } = put.outcome;
  if (answer.status !== 201) return { outcome: failed(await notStored(session, repository, "blob", answer)) };
  answer.discard();
  return { outcome: checked(undefined, []) };
}

/** Where an upload goes on (its field Location). */
async function nextOf(session: Session, repository: string, response: HttpResponse): Promise<Checked<URL>> {
  const { location } = response.headers;
  if (response.status !== 202) return failed(await notStored(session, repository, "blob", response));
  response.discard();
  const where = wholeFile(`${session.registry}/${repository}`);
  if (location === undefined || !URL.canParse(location, response.url))
    return failed(
      error("RegistryFailed", where, "The registry does not say where an upload goes on. Look whether it is one, and what it logs."),
    );
  const next = new URL(location, response.url);
  if (next.protocol !== "https:" && next.protocol !== response.url.protocol)
    return failed(
      error(
        "RegistryUntrusted",
        where,
        `The registry sends the upload on to ${next.host} without TLS, where it does not go. Ask whoever runs the registry to mend that.`,
      ),
    );
  return checked(next, []);
}

/** The same bytes in parts of a size; the last one, which is known to be that only at their end, may be smaller. */
async function* chunks(parts: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  let held: Uint8Array[] = [];
  let total = 0;
  for await (const part of parts) {
    held.push(part);
    total += part.length;
    while (total > size) {
      const bytes = Buffer.concat(held);
      yield bytes.subarray(0, size);
      held = [bytes.subarray(size)];
      total -= size;
    }
  }
  if (total > 0) yield Buffer.concat(held);
}
