import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { makeLayer } from "../src/image/layer.ts";
import { type Blob, digestOf, jsonBlob, mediaTypes } from "../src/image/oci.ts";
import type { Scope } from "./scope.ts";

/** A registry in memory, for what a real one cannot be made to do: it counts, it refuses, and it breaks off where a test says so. */
export interface FakeRegistry {
  /** `127.0.0.1:PORT`, without TLS. */
  readonly host: string;
  readonly requests: readonly string[];
  readonly blobs: Map<string, Buffer>;
  /** `repository:tag` or `repository@digest` -> manifest. */
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Buffer }>;
  /** Asked before each request; what answers it itself says true. */
  fault: (request: IncomingMessage, response: ServerResponse, line: string) => boolean;
}

export interface FakeRegistryOptions {
  /** What has to be in Authorization, and what is answered when it is not. */
  readonly wants?: { readonly authorization: string; readonly challenge: string };
  /** Whether it keeps the list of what refers to a manifest itself. */
  readonly keepsReferrers?: boolean;
}

interface Asked {
  readonly method: string;
  readonly repository: string;
  readonly rest: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly contentType: string;
}

type Answer = readonly [status: number, headers?: Readonly<Record<string, string>>, body?: Buffer];

export async function startFakeRegistry(scope: Scope, { wants, keepsReferrers = false }: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const requests: string[] = [];
  const uploads = new Map<string, Buffer>();
  const registry: FakeRegistry = { host: "", requests, blobs: new Map(), manifests: new Map(), fault: () => false };
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    if (registry.fault(request, response, line)) return;
    if (wants !== undefined && request.headers.authorization !== wants.authorization) {
      response.writeHead(401, { "www-authenticate": wants.challenge }).end();
      return;
    }
    read(request).then(
      (body) => {
        const [status, headers = {}, content] = answer(registry, uploads, asked(request, body), keepsReferrers);
        response.writeHead(status, headers).end(content);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return Object.assign(registry, { host: `127.0.0.1:${typeof address === "object" ? address?.port : 0}` });
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function asked(request: IncomingMessage, body: Buffer): Asked {
  const url = new URL(request.url ?? "/", "http://registry.test");
  const [, repository = "", rest = ""] = /^\/v2\/(.+?)\/((?:manifests|blobs|referrers)\/.*)$/.exec(url.pathname) ?? [];
  return {
    method: request.method ?? "",
    repository,
    rest,
    query: url.searchParams,
    body,
    contentType: request.headers["content-type"] ?? "",
  };
}

function answer(registry: FakeRegistry, uploads: Map<string, Buffer>, request: Asked, keepsReferrers: boolean): Answer {
  if (request.rest.startsWith("manifests/")) return manifest(registry, request, keepsReferrers);
  if (request.rest.startsWith("referrers/") && keepsReferrers) return referrers(registry, request);
  if (request.rest.startsWith("blobs/uploads/")) return upload(registry, uploads, request);
  if (request.rest.startsWith("blobs/")) return blob(registry, request);
  return [404];
}

function manifest({ manifests }: FakeRegistry, { method, repository, rest, body, contentType }: Asked, keepsReferrers: boolean): Answer {
  const reference = rest.slice("manifests/".length);
  const key = reference.startsWith("sha256:") ? `${repository}@${reference}` : `${repository}:${reference}`;
  if (method === "PUT") {
    const stored = { mediaType: contentType, bytes: body };
    manifests.set(key, stored).set(`${repository}@${digestOf(body)}`, stored);
    const subject: string | undefined = JSON.parse(String(body)).subject?.digest;
    const kept = keepsReferrers && subject !== undefined ? { "oci-subject": subject } : {};
    return [201, { "docker-content-digest": digestOf(body), ...kept }];
  }
  const found = manifests.get(key);
  if (found === undefined) return [404];
  return [200, { "content-type": found.mediaType, "docker-content-digest": digestOf(found.bytes) }, found.bytes];
}

/** The list of what names a manifest as its subject (OCI distribution specification, "Listing Referrers"). */
function referrers({ manifests }: FakeRegistry, { repository, rest }: Asked): Answer {
  const subject = rest.slice("referrers/".length);
  const found = [...manifests]
    .filter(([key, { bytes }]) => key.startsWith(`${repository}@`) && JSON.parse(String(bytes)).subject?.digest === subject)
    .map(([, { mediaType, bytes }]) => {
      const { artifactType, annotations } = JSON.parse(String(bytes));
      return { mediaType, digest: digestOf(bytes), size: bytes.length, artifactType, annotations };
    });
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: found };
  return [200, { "content-type": mediaTypes.index }, Buffer.from(JSON.stringify(index))];
}

function blob({ blobs }: FakeRegistry, { repository, rest }: Asked): Answer {
  const found = blobs.get(`${repository}@${rest.slice("blobs/".length)}`);
  return found === undefined ? [404] : [200, { "content-length": String(found.length) }, found];
}

function upload({ blobs }: FakeRegistry, uploads: Map<string, Buffer>, { method, repository, rest, query, body }: Asked): Answer {
  const mounted = blobs.get(`${query.get("from")}@${query.get("mount")}`);
  if (method === "POST" && mounted !== undefined) {
    blobs.set(`${repository}@${query.get("mount")}`, mounted);
    return [201];
  }
  const id = method === "POST" ? randomUUID() : rest.slice("blobs/uploads/".length);
  const before = method === "POST" ? Buffer.alloc(0) : uploads.get(id);
  if (before === undefined) return [404];
  const bytes = Buffer.concat([before, body]);
  uploads.set(id, bytes);
  if (method !== "PUT") return [202, { location: `/v2/${repository}/blobs/uploads/${id}` }];
  const digest = query.get("digest") ?? "";
  if (digestOf(bytes) !== digest) return [400];
  blobs.set(`${repository}@${digest}`, bytes);
  return [201, { location: `/v2/${repository}/blobs/${digest}` }];
}

/** Puts an image of one layer into a registry, to make others on: its manifest. */
export async function putBaseImage(
  { blobs, manifests }: FakeRegistry,
  repository: string,
  tag: string,
  architecture: string,
  isDocker = false,
): Promise<Blob> {
  const layer = await makeLayer(
    new Map([["usr/local/bin/envoy", `envoy for ${architecture}`]]),
    isDocker ? mediaTypes.dockerLayer : mediaTypes.layer,
  );
  const config = jsonBlob(isDocker ? mediaTypes.dockerConfig : mediaTypes.config, {
    architecture,
    os: "linux",
    config: { Entrypoint: ["/usr/local/bin/envoy"], User: "65532", Labels: { theirs: "kept" } },
    rootfs: { type: "layers", diff_ids: [layer.diffId] },
    history: [{ created_by: "base" }],
  });
  const mediaType = isDocker ? mediaTypes.dockerManifest : mediaTypes.manifest;
  const manifest = jsonBlob(mediaType, { schemaVersion: 2, mediaType, config: config.descriptor, layers: [layer.descriptor] });
  for (const { bytes, descriptor } of [layer, config]) blobs.set(`${repository}@${descriptor.digest}`, Buffer.from(bytes));
  const stored = { mediaType, bytes: Buffer.from(manifest.bytes) };
  manifests.set(`${repository}:${tag}`, stored).set(`${repository}@${manifest.descriptor.digest}`, stored);
  return manifest;
}
