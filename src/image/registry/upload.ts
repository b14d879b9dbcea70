import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import type { Descriptor } from "../oci.ts";
import type { HttpResponse } from "./http.ts";
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
  begun.value.discard();
  return nextOf(session, repository, begun.value, 202);
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
    part.outcome.value.discard();
    const following = nextOf(session, repository, part.outcome.value, 202);
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
  answer.discard();
  return { outcome: answer.status === 201 ? checked(undefined, []) : failed(refused(session, repository, answer)) };
}

/** Where an upload goes on (its field Location). */
function nextOf(session: Session, repository: string, response: HttpResponse, expected: number): Checked<URL> {
  const { location } = response.headers;
  if (response.status !== expected || location === undefined) return failed(refused(session, repository, response));
  if (!URL.canParse(location, response.url)) return failed(refused(session, repository, response));
  const next = new URL(location, response.url);
  if (next.protocol !== "https:" && next.protocol !== response.url.protocol)
    return failed(
      error(
        "RegistryUntrusted",
        wholeFile(`${session.registry}/${repository}`),
        `The registry sends the upload on to ${next.host} without TLS, where it does not go. Ask whoever runs the registry to mend that.`,
      ),
    );
  return checked(next, []);
}

const refused = (session: Session, repository: string, { status }: HttpResponse): Problem =>
  error(
    "RegistryFailed",
    wholeFile(`${session.registry}/${repository}`),
    `The registry answers ${status} to an upload. Look what it logs, and whether its disk is full or may not be written.`,
  );

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
