import type { DocumentOperation, OpenApiDocument } from "../openapi/document.ts";
import type { MockSource } from "../openapi/mock/replies.ts";
import { follow } from "../openapi/references.ts";
import { child } from "../text/node.ts";

/** What a mock's answers are made from: an operation's responses. */
export function mockSource(document: OpenApiDocument, { node, produces }: DocumentOperation): MockSource {
  return {
    responses: child(node, "responses"),
    produces,
    format: document.format === "2.0" ? "2.0" : "3",
    follow: (from) => {
      const target = follow(document.files, from);
      return target.ok ? target.value : { ...from, value: undefined };
    },
  };
}
