import type { Asked, WrittenOperation } from "../openapi-matcher.ts";

/** A document for tests of routing: what stands in it, and requests to ask of it. */
export interface WrittenDocument {
  readonly basePath: string;
  readonly operations: readonly WrittenOperation[];
  readonly requests: readonly Asked[];
}

/** The document as JSON, under a name and a host name of its own. Its answers are mocked. */
export function documentText(name: string, { basePath, operations }: Pick<WrittenDocument, "basePath" | "operations">): string {
  const paths = new Map<string, Map<string, unknown>>();
  for (const { method, key, id } of operations) {
    const item = paths.get(key) ?? new Map<string, unknown>();
    paths.set(key, item.set(method.toLowerCase(), { operationId: id, responses: { 204: { description: "Done." } } }));
  }
  return JSON.stringify({
    openapi: "3.1.0",
    info: { title: name, version: "1" },
    "x-portico": { name, hosts: [hostOf(name)], basePath },
    paths: Object.fromEntries([...paths].map(([key, item]) => [key, Object.fromEntries(item)] as const)),
  });
}

/** The host name that a document answers under. */
export const hostOf = (name: string): string => `${name}.test`;
