import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import { acceptedManifests, type Blob, type Descriptor } from "../oci.ts";
import { ask, largestDocument, openBlob, readBlob, readManifestOf, readReferrers, unexpected } from "./read.ts";
import { notStored } from "./refusals.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { type Upload, uploadBlob } from "./upload.ts";

/** One registry, spoken to as the OCI distribution specification says. A repository is named each time. Failures are Problems that name it. */
export interface Registry {
  readonly name: string;
  /** A manifest or index; undefined where there is none. Its bytes are what its digest says. */
  manifest(repository: string, reference: string): Promise<Checked<Blob | undefined>>;
  /** Stores a manifest under a tag, or under its digest; whether the registry keeps the list of what refers to its subject itself. */
  putManifest(repository: string, reference: string, manifest: Blob): Promise<Checked<{ readonly keepsReferrers: boolean }>>;
  hasBlob(repository: string, digest: string): Promise<Checked<boolean>>;
  /** A blob, whole; one that says it has more bytes than `most` (4 MiB, unless that is said) is refused. */
  blob(repository: string, descriptor: Descriptor, most?: number): Promise<Checked<Uint8Array>>;
  /**
   * A blob as it comes; its end is reached only when it is what its digest says, else the stream throws a BrokenBlob. `image` is what
   * Problems name: the repository, unless it is said.
   */
  openBlob(repository: string, descriptor: Descriptor, image?: string): Promise<Checked<AsyncIterable<Uint8Array>>>;
  /** Lets a repository have a blob of another one of this registry; whether it does. */
  mountBlob(repository: string, digest: string, from: string): Promise<Checked<boolean>>;
  uploadBlob(repository: string, upload: Upload): Promise<Checked<void>>;
  /** The pages of the index of what refers to a manifest; undefined where the registry keeps no such list. */
  referrers(repository: string, digest: string): Promise<Checked<readonly Uint8Array[] | undefined>>;
  close(): void;
}

export function openRegistry(name: string, options: SessionOptions): Registry {
  const session = openSession(name, options);
  const { retries } = options;
  return {
    name,
    manifest: (repository, reference) => readManifestOf(session, retries, repository, reference, acceptedManifests),
    putManifest: async (repository, reference, { bytes, descriptor }) => {
      const answer = await session.send({
        method: "PUT",
        repository,
        actions: "pull,push",
        to: `${repository}/manifests/${reference}`,
        headers: { "content-type": descriptor.mediaType },
        body: bytes,
      });
      if (!answer.ok) return answer;
      if (answer.value.status !== 201) return failed(await notStored(session, repository, "manifest", answer.value));
      answer.value.discard();
      const stored = answer.value.headers["docker-content-digest"];
      if (stored !== undefined && stored !== descriptor.digest) return failed(notAsSaid(name, repository));
      return checked({ keepsReferrers: answer.value.headers["oci-subject"] !== undefined }, []);
    },
    hasBlob: async (repository, digest) => {
      const answer = await ask(session, "HEAD", repository, `blobs/${digest}`);
      if (!answer.ok) return answer;
      const { status } = answer.value;
      if (status !== 200 && status !== 404) return failed(await unexpected(session, repository, "the question for a blob", answer.value));
      answer.value.discard();
      return checked(status === 200, []);
    },
    blob: (repository, descriptor, most = largestDocument) => readBlob(session, retries, repository, descriptor, most),
    openBlob: (repository, descriptor, image) => openBlob(session, repository, descriptor, image),
    mountBlob: async (repository, digest, from) => {
      const to = `${repository}/blobs/uploads/?mount=${digest}&from=${encodeURIComponent(from)}`;
      const answer = await session.send({ method: "POST", repository, actions: "pull,push", to });
      if (!answer.ok) return answer;
      const { status } = answer.value;
      if (status !== 201 && status !== 202) return failed(await notStored(session, repository, "blob", answer.value));
      answer.value.discard();
      return checked(status === 201, []);
    },
    uploadBlob: (repository, upload) => uploadBlob(session, repository, upload, retries),
    referrers: (repository, digest) => readReferrers(session, retries, repository, digest),
    close: session.close,
  };
}

const notAsSaid = (registry: string, repository: string): Problem =>
  error(
    "BadImage",
    wholeFile(`${registry}/${repository}`),
    "The registry stored another manifest than it was given. Look what stands between, and push the image again.",
  );
