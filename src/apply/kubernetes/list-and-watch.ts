import { ApiException } from "@kubernetes/client-node";
import { z } from "zod";
import { type ApiResource, pathOf } from "./kinds.ts";
import { type StoredObject, storedObject } from "./stored-object.ts";
import type { Transport } from "./transport.ts";

/** Which objects are meant. */
export interface Selection {
  readonly resource: ApiResource;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** What objects hold is neither sent nor kept: of ConfigMaps and Secrets it may be much, and is nobody's business. */
  readonly metadataOnly?: boolean;
}

const page = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  // Where there is nothing, some resources say null.
  items: z.array(z.unknown()).nullish(),
});

const watched = z.object({
  type: z.string(),
  object: z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(), code: z.number().optional() }),
});

/** A change, or merely that nothing else changed up to a version. */
export type Change =
  | { readonly kind: "put" | "gone"; readonly object: StoredObject; readonly version: string }
  | { readonly kind: "bookmark"; readonly version: string };

/** Nothing is heard for so long only on a connection that is dead: bookmarks come about once a minute. */
const silenceMs = 150_000;
const pageSize = 500;

/** All objects, page by page, and the version that they are of (Kubernetes API: "Retrieving large results sets in chunks"). */
export async function listAll(
  transport: Transport,
  selection: Selection,
): Promise<{ readonly objects: readonly StoredObject[]; readonly version: string }> {
  const objects: StoredObject[] = [];
  for (let next = ""; ; ) {
    const path = pathFor(selection, { limit: String(pageSize), ...(next === "" ? {} : { continue: next }) });
    const { metadata, items } = page.parse(await transport.json({ method: "GET", path, ...form(selection, "List") }));
    objects.push(...(items ?? []).map((item) => objectOf(selection, item)));
    next = metadata.continue ?? "";
    if (next === "") return { objects, version: metadata.resourceVersion };
  }
}

/**
 * The changes since a version, to the end of one answer (Kubernetes API: "Efficient detection of changes"). Rejects with an ApiException of
 * the code 410 where that version is too old.
 */
export async function* changesSince(
  transport: Transport,
  selection: Selection,
  version: string,
  signal: AbortSignal,
): AsyncIterable<Change> {
  const timeoutSeconds = String(300 + Math.floor(Math.random() * 300));
  const path = pathFor(selection, { watch: "true", allowWatchBookmarks: "true", resourceVersion: version, timeoutSeconds });
  for await (const line of transport.lines({ method: "GET", path, ...form(selection, "") }, signal, silenceMs)) {
    const { type, object } = watched.parse(JSON.parse(line));
    if (type === "ERROR") throw new ApiException(object.code ?? 0, "", JSON.stringify(object), {});
    const reached = object.metadata?.resourceVersion ?? version;
    if (type === "BOOKMARK") yield { kind: "bookmark", version: reached };
    else yield { kind: type === "DELETED" ? "gone" : "put", object: objectOf(selection, object), version: reached };
  }
}

function pathFor({ resource, namespace, labelSelector, fieldSelector }: Selection, more: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(more);
  if (labelSelector !== undefined) query.set("labelSelector", labelSelector);
  if (fieldSelector !== undefined) query.set("fieldSelector", fieldSelector);
  return `${pathOf(resource, namespace)}?${query}`;
}

const form = ({ metadataOnly }: Selection, what: string): { readonly accept?: string } =>
  metadataOnly === true ? { accept: `application/json;as=PartialObjectMetadata${what};g=meta.k8s.io;v=v1` } : {};

/** Items of a list do not say what they are. */
function objectOf({ resource: { apiVersion, kind } }: Selection, value: unknown): StoredObject {
  const object = storedObject(value);
  return { ...object, value: { ...object.value, apiVersion, kind } };
}
