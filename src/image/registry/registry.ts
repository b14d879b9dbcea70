import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import { acceptedManifests, type Blob, type Descriptor, digestOf, mediaTypes } from "../oci.ts";
import { bytesOf, type HttpResponse } from "./http.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";
import { type Upload, uploadBlob } from "./upload.ts";
import { checkedStream } from "./verified.ts";

/** More than a manifest or a configuration has; registries take manifests of 4 MiB at most (OCI distribution specification, "Pushing Manifests"). */
const largestDocument = 4 * 1024 * 1024;

/** One registry, spoken to as the OCI distribution specification says. A repository is named each time. Failures are Problems that name it. */
export interface Registry {
  readonly name: string;
  /** What a tag or digest stands for; undefined where there is nothing. One request. */
  head(repository: string, reference: string): Promise<Checked<Pick<Descriptor, "digest" | "mediaType"> | undefined>>;
  /** A manifest or index; undefined where there is none. Its bytes are what its digest says. */
  manifest(repository: string, reference: string): Promise<Checked<Blob | undefined>>;
  /** Stores a manifest under a tag, or under its digest; whether the registry keeps the list of what refers to its subject itself. */
  putManifest(repository: string, reference: string, manifest: Blob): Promise<Checked<{ readonly keepsReferrers: boolean }>>;
  hasBlob(repository: string, digest: string): Promise<Checked<boolean>>;
  /** A small blob, whole. */
  blob(repository: string, descriptor: Descriptor): Promise<Checked<Uint8Array>>;
  /** A blob as it comes; its end is reached only when it is what its digest says. */
  openBlob(repository: string, descriptor: Descriptor): Promise<Checked<AsyncIterable<Uint8Array>>>;
  /** Lets a repository have a blob of another one of this registry; whether it does. */
  mountBlob(repository: string, digest: string, from: string): Promise<Checked<boolean>>;
  uploadBlob(repository: string, upload: Upload): Promise<Checked<void>>;
  /** The index of what refers to a manifest; undefined where the registry has no such list (OCI distribution specification, "Listing Referrers"). */
  referrers(repository: string, digest: string): Promise<Checked<Uint8Array | undefined>>;
  close(): void;
}

export function openRegistry(name: string, options: SessionOptions): Registry {
  const session = openSession(name, options);
  const at = (repository: string) => wholeFile(`${name}/${repository}`);
  const unexpected = (repository: string, what: string, response: HttpResponse): Problem => {
    response.discard();
    return error(
      "RegistryFailed",
      at(repository),
      `The registry answers ${response.status} to ${what}. Look whether it is a registry, and what it logs.`,
    );
  };
  return {
    name,
    head: async (repository, reference) => {
      const answer = await read(session, "HEAD", repository, `manifests/${reference}`, acceptedManifests);
      if (!answer.ok) return answer;
      answer.value.discard();
      if (answer.value.status === 404) return checked(undefined, []);
      const { "docker-content-digest": digest, "content-type": mediaType } = answer.value.headers;
      if (answer.value.status !== 200 || typeof digest !== "string" || mediaType === undefined)
        return failed(unexpected(repository, `the question for \`${reference}\``, answer.value));
      return checked({ digest, mediaType }, []);
    },
    manifest: async (repository, reference) => {
      const answer = await read(session, "GET", repository, `manifests/${reference}`, acceptedManifests);
      if (!answer.ok) return answer;
      if (answer.value.status === 404) {
        answer.value.discard();
        return checked(undefined, []);
      }
      if (answer.value.status !== 200) return failed(unexpected(repository, `the question for \`${reference}\``, answer.value));
      const mediaType = answer.value.headers["content-type"]?.split(";")[0] ?? mediaTypes.manifest;
      const bytes = await whole(session, repository, answer.value, largestDocument);
      if (!bytes.ok) return bytes;
      const digest = digestOf(bytes.value);
      const said = reference.startsWith("sha256:") ? reference : answer.value.headers["docker-content-digest"];
      if (said !== undefined && said !== digest) return failed(notAsSaid(session, repository, reference));
      return checked({ bytes: bytes.value, descriptor: { mediaType, digest, size: bytes.value.length } }, []);
    },
    putManifest: async (repository, reference, { bytes, descriptor }) => {
      const answer = await session.send({
        method: "PUT",
        repository,
        actions: "pull,push",
        to: `${repository}/manifests/${reference}`,
        headers: { "content-type": descriptor.mediaType },
        body: bytes,
        repeatable: true,
      });
      if (!answer.ok) return answer;
      if (answer.value.status === 413) {
        answer.value.discard();
        return failed(
          error(
            "RegistryFailed",
            at(repository),
            "The manifest is larger than the registry takes. Make an image of fewer layers or labels.",
          ),
        );
      }
      if (answer.value.status !== 201) return failed(unexpected(repository, "the manifest", answer.value));
      answer.value.discard();
      const stored = answer.value.headers["docker-content-digest"];
      if (stored !== undefined && stored !== descriptor.digest) return failed(notAsSaid(session, repository, reference));
      return checked({ keepsReferrers: answer.value.headers["oci-subject"] !== undefined }, []);
    },
    hasBlob: async (repository, digest) => {
      const answer = await read(session, "HEAD", repository, `blobs/${digest}`);
      if (!answer.ok) return answer;
      answer.value.discard();
      if (answer.value.status === 200 || answer.value.status === 404) return checked(answer.value.status === 200, []);
      return failed(unexpected(repository, "the question for a blob", answer.value));
    },
    blob: async (repository, descriptor) => {
      const stream = await openBlob(session, repository, descriptor);
      if (!stream.ok) return stream;
      const parts: Uint8Array[] = [];
      try {
        for await (const part of stream.value) parts.push(part);
        return checked(Buffer.concat(parts), []);
      } catch {
        return failed(notAsSaid(session, repository, descriptor.digest));
      }
    },
    openBlob: (repository, descriptor) => openBlob(session, repository, descriptor),
    mountBlob: async (repository, digest, from) => {
      const to = `${repository}/blobs/uploads/?mount=${digest}&from=${encodeURIComponent(from)}`;
      const answer = await session.send({ method: "POST", repository, actions: "pull,push", to, repeatable: true });
      if (!answer.ok) return answer;
      answer.value.discard();
      if (answer.value.status === 201) return checked(true, []);
      if (answer.value.status === 202) return checked(false, []);
      return failed(unexpected(repository, "the wish to mount a blob", answer.value));
    },
    uploadBlob: (repository, upload) => uploadBlob(session, repository, upload, options.retries),
    referrers: async (repository, digest) => {
      const answer = await read(session, "GET", repository, `referrers/${digest}`, [mediaTypes.index]);
      if (!answer.ok) return answer;
      const isList = answer.value.status === 200 && answer.value.headers["content-type"]?.startsWith(mediaTypes.index) === true;
      if (isList) return whole(session, repository, answer.value, largestDocument);
      answer.value.discard();
      return checked(undefined, []);
    },
    close: session.close,
  };
}

const read = (session: Session, method: "GET" | "HEAD", repository: string, path: string, accept: readonly string[] = []) =>
  session.send({
    method,
    repository,
    actions: "pull",
    to: `${repository}/${path}`,
    headers: accept.length === 0 ? {} : { accept: accept.join(", ") },
    repeatable: true,
  });

async function openBlob(session: Session, repository: string, descriptor: Descriptor): Promise<Checked<AsyncIterable<Uint8Array>>> {
  const answer = await read(session, "GET", repository, `blobs/${descriptor.digest}`);
  if (!answer.ok) return answer;
  if (answer.value.status === 200) return checked(checkedStream(answer.value.body, descriptor), []);
  answer.value.discard();
  const where = wholeFile(`${session.registry}/${repository}`);
  if (answer.value.status === 404)
    return failed(
      error("ImageMissing", where, `The registry has no blob ${descriptor.digest}, which the image names. Push the image again.`),
    );
  return failed(error("RegistryFailed", where, `The registry answers ${answer.value.status} to the question for a blob. Try again later.`));
}

async function whole(session: Session, repository: string, response: HttpResponse, most: number): Promise<Checked<Uint8Array>> {
  try {
    return checked(await bytesOf(response, most), []);
  } catch {
    return failed(
      error(
        "RegistryFailed",
        wholeFile(`${session.registry}/${repository}`),
        "The registry's answer broke off, or is far too large. Try again later.",
      ),
    );
  }
}

const notAsSaid = (session: Session, repository: string, reference: string): Problem =>
  error(
    "BadImage",
    wholeFile(`${session.registry}/${repository}`),
    `What the registry has for \`${reference}\` is not what the digest says: it is broken, or was changed. Push the image again.`,
  );
