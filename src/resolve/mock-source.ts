import type { ApiModel } from "../model/api.ts";
import type { DocumentOperation, OpenApiDocument } from "../openapi/document.ts";
import type { MockSource } from "../openapi/mock/replies.ts";
import { child } from "../text/node.ts";

/** What a mock's answers are made from: an operation's responses. */
export function mockSource(document: OpenApiDocument, { node, produces }: DocumentOperation): MockSource {
  return {
    responses: child(node, "responses"),
    produces,
    format: document.format === "2.0" ? "2.0" : "3",
    follow: document.follow,
  };
}

/** What the mocks of several APIs are made from, by the API's name and the operation's id. Nothing is made before it is asked for. */
export function mockSources(
  apis: readonly { readonly model: ApiModel; readonly document: OpenApiDocument }[],
): (api: string, operation: string) => MockSource | undefined {
  const written = new Map<string, ReadonlyMap<string, DocumentOperation>>();
  return (name, id) => {
    const api = apis.find(({ model }) => model.name === name);
    const operation = api?.model.operations.find((one) => one.id === id);
    if (api === undefined || operation === undefined) return undefined;
    const byPlace =
      written.get(name) ??
      new Map(
        api.document.paths.flatMap((path) => path.operations.map((one) => [placeKey(one.node.file.name, one.node.pointer), one] as const)),
      );
    written.set(name, byPlace);
    const found = byPlace.get(placeKey(operation.where.source, operation.where.pointer));
    return found && mockSource(api.document, found);
  };
}

const placeKey = (source: string, pointer: string): string => `${source}#${pointer}`;
