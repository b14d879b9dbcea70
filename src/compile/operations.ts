import { createHash } from "node:crypto";
import type { Access, Answer, ApiModel, Operation, Share } from "../model/api.ts";
import type { HeaderChanges } from "../model/headers.ts";
import { showAlternatives } from "../model/security.ts";

/** An operation as an image lists it: for people, and so that two images can be compared where no document is. */
interface ListedOperation {
  readonly id: string;
  readonly method: string;
  /** Base path included. */
  readonly path: string;
  /** What is done for it, by the policy's name. What does nothing is left out. */
  readonly policies: Readonly<Record<string, unknown>>;
}

/** The operations of each API, by its name, in the order of the documents. */
export const listedOperations = (models: readonly ApiModel[]): Readonly<Record<string, readonly ListedOperation[]>> =>
  Object.fromEntries(models.map(({ name, operations }) => [name, operations.map(listed)]));

const listed = ({
  id,
  method,
  template,
  transport,
  addresses,
  access,
  limits,
  answer,
  cors,
  requestHeaders,
  responseHeaders,
  webSocket,
  isStream,
  maxBodyBytes,
  isCompressed,
  validation,
  interception,
  cache,
  fault,
  maintenance,
}: Operation): ListedOperation => ({
  id,
  method,
  path: template,
  policies: {
    ...(transport === undefined ? {} : { transport }),
    ...(addresses === undefined ? {} : { addresses }),
    access: listedAccess(access),
    ...(limits.length === 0 ? {} : { limits }),
    ...listedAnswer(answer),
    ...(cors === undefined ? {} : { cors }),
    ...(changes(requestHeaders) ? { requestHeaders } : {}),
    ...(changes(responseHeaders) ? { responseHeaders } : {}),
    ...(webSocket ? { webSocket } : {}),
    ...(isStream ? { streaming: true } : {}),
    ...(maxBodyBytes === undefined ? {} : { maxBody: maxBodyBytes }),
    ...(isCompressed ? { compression: true } : {}),
    ...(validation === undefined ? {} : { validation }),
    ...(interception === undefined ? {} : { interceptors: interception }),
    ...(cache === undefined ? {} : { cache }),
    ...(fault === undefined ? {} : { fault }),
    ...(maintenance === undefined ? {} : { maintenance }),
  },
});

function listedAccess(access: Access): string {
  if (access.kind === "open") return "open";
  if (access.kind === "protected") return showAlternatives(access.alternatives);
  return `${access.kind} (${access.schemes.map(({ name }) => name).join(", ")})`;
}

/** Of a mock's body the hash alone: the routes have the body. */
function listedAnswer(answer: Answer): Readonly<Record<string, unknown>> {
  if (answer.kind === "backend")
    return {
      backend: listedShares(answer.backends),
      path: answer.path,
      ...(answer.rewrite && { rewrite: answer.rewrite }),
      timeoutMs: answer.timeoutMs,
      ...(answer.sandbox && { sandbox: answer.sandbox }),
      ...(answer.mirror && { mirror: answer.mirror }),
    };
  if (answer.kind === "document") return { document: answer.hash };
  if (answer.kind === "page") return { page: answer.file };
  const { body, ...reply } = answer.reply;
  return { mock: { ...reply, body: createHash("sha256").update(body).digest("hex").slice(0, 12) } };
}

/** One backend's name, or each one's share. */
const listedShares = (backends: readonly Share[]): unknown =>
  backends.length === 1 ? backends[0]?.backend : Object.fromEntries(backends.map(({ backend, weight }) => [backend, weight]));

const changes = ({ remove, set, add }: HeaderChanges): boolean => remove.length + set.length + add.length > 0;
