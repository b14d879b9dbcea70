import type { z } from "zod";
import type { CorsField } from "../api/cors.ts";
import { milliseconds } from "../api/duration.ts";
import type { HeaderChangesField } from "../api/header.ts";
import { bytesIn } from "../api/quantity.ts";
import type { operationExtension } from "../api/x-portico.ts";
import type { Access, Answer, Cache, Fault, Maintenance, Operation, Rewrite, Transport, Validation } from "../model/api.ts";
import type { Cors } from "../model/cors.ts";
import { type HeaderChanges, type HeaderField, noHeaderChanges } from "../model/headers.ts";
import type { Interception } from "../model/interception.ts";
import type { DocumentOperation, OpenApiDocument } from "../openapi/document.ts";
import { defaultReply } from "../openapi/mock/replies.ts";
import { addressesOf } from "./addresses.ts";
import type { Destination } from "./backends.ts";
import { retryOf } from "./care.ts";
import type { Asked } from "./clashes.ts";
import { mockSource } from "./mock-source.ts";
import type { ResolveSettings } from "./settings.ts";

type Fields = z.infer<typeof operationExtension>;

/** How long a backend may take where nobody says it. */
const defaultTimeoutMs = 15_000;

/** Everything an operation of the model is made from. */
export interface OperationParts {
  readonly document: OpenApiDocument;
  readonly written: DocumentOperation;
  readonly id: string;
  readonly asked: Asked;
  /** The extension's fields, the inner levels' over the outer ones'. */
  readonly fields: Fields;
  readonly destination: Destination | undefined;
  readonly settings: ResolveSettings;
  readonly access: Access;
  readonly limits: readonly string[];
  readonly rewrite: Rewrite | undefined;
  readonly transport: Transport | undefined;
  readonly validation: Validation | undefined;
  readonly interception: Interception | undefined;
  readonly cache: Cache | undefined;
}

export const isMocked = (fields: Fields, settings: ResolveSettings): boolean => fields.mock ?? settings.mock;

/** One operation of the model; undefined where nothing says what answers it (a Problem that was said). */
export function resolveOperation(parts: OperationParts): Operation | undefined {
  const { written, asked, fields } = parts;
  const answer = answerOf(parts);
  if (answer === undefined) return undefined;
  return {
    id: parts.id,
    method: asked.method,
    template: asked.template,
    path: asked.path,
    query: asked.query,
    transport: parts.transport,
    addresses: addressesOf(fields.addresses),
    access: parts.access,
    limits: parts.limits,
    answer,
    cors: corsOf(fields.cors, written.method),
    requestHeaders: changesOf(fields.requestHeaders),
    responseHeaders: withDays(changesOf(fields.responseHeaders), fields),
    // What compresses holds back what is little.
    isCompressed: fields.compression === true && fields.streaming !== true,
    validation: parts.validation,
    interception: parts.interception,
    cache: parts.cache,
    fault: faultOf(fields.fault),
    maintenance: maintenanceOf(fields.maintenance),
    webSocket: fields.webSocket ?? false,
    isStream: fields.streaming ?? false,
    maxBodyBytes: fields.maxBody === undefined ? undefined : bytesIn(fields.maxBody),
    where: asked.where,
  };
}

/**
 * A deprecation's day by its begin, as a number of seconds (RFC 9745, section 2.1; RFC 9651, section 3.3.7), and that after which the operation may be gone by its end (RFC 8594; RFC 9110, section
 * 5.6.7).
 */
function withDays(changes: HeaderChanges, { deprecation, sunset }: Fields): HeaderChanges {
  const since = deprecation === undefined ? [] : [{ name: "deprecation", value: `@${Date.parse(`${deprecation}T00:00:00Z`) / 1000}` }];
  const until = sunset === undefined ? [] : [{ name: "sunset", value: new Date(`${sunset}T23:59:59Z`).toUTCString() }];
  return since.length + until.length === 0 ? changes : { ...changes, set: [...changes.set, ...since, ...until] };
}

function faultOf(said: Fields["fault"]): Fault | undefined {
  if (said === undefined || (said.delay === undefined && said.status === undefined)) return undefined;
  return { delayMs: said.delay === undefined ? undefined : milliseconds(said.delay), status: said.status, percent: said.percent ?? 100 };
}

function maintenanceOf(said: Fields["maintenance"]): Maintenance | undefined {
  if (said === undefined || said === false) return undefined;
  const { message = "The operation is being worked on. Ask again later.", retryAfter } = said === true ? {} : said;
  return { message, retryAfterSeconds: retryAfter === undefined ? undefined : Math.ceil(milliseconds(retryAfter) / 1000) };
}

function answerOf({ document, written, fields, destination, settings, rewrite }: OperationParts): Answer | undefined {
  if (isMocked(fields, settings)) return { kind: "mock", reply: defaultReply(mockSource(document, written)) };
  if (destination === undefined) return undefined;
  const { shares, path, timeoutMs = defaultTimeoutMs, retry, mirror, sandbox } = destination;
  const backends = shares.map(({ backend, weight }) => ({ backend: backend.name, weight }));
  const copied = mirror && { backend: mirror.backend.name, percent: mirror.percent };
  return {
    kind: "backend",
    backends,
    timeoutMs: fields.streaming === true ? 0 : timeoutMs,
    path,
    rewrite,
    sandbox: sandbox && { ...sandbox, backend: sandbox.backend.name },
    mirror: copied,
    retry: fields.retry === undefined ? retry : retryOf(fields.retry),
  };
}

function corsOf(said: CorsField | false | undefined, method: string): Cors | undefined {
  if (said === undefined || said === false) return undefined;
  if (said.methods !== undefined && !said.methods.includes(method) && !said.methods.includes("*")) return undefined;
  return {
    origins: said.origins.map(asBrowsersWrite),
    headers: said.headers ?? [],
    exposedHeaders: said.exposedHeaders ?? [],
    maxAgeSeconds: Math.floor(milliseconds(said.maxAge ?? "5s") / 1000),
    credentials: said.credentials ?? false,
  };
}

/** An origin as a browser sends it: in small letters, without its scheme's own port (WHATWG URL, section 4.7). A `*` stays as it is. */
const asBrowsersWrite = (origin: string): string =>
  origin
    .toLowerCase()
    .replace(/^(https:.*):443$/, "$1")
    .replace(/^(http:.*):80$/, "$1");

function changesOf(said: HeaderChangesField | undefined): HeaderChanges {
  if (said === undefined) return noHeaderChanges;
  return { remove: said.remove ?? [], set: fieldsOf(said.set), add: fieldsOf(said.add) };
}

const fieldsOf = (said: Readonly<Record<string, string>> | undefined): readonly HeaderField[] =>
  Object.entries(said ?? {}).map(([name, value]) => ({ name, value }));
