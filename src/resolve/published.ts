import { createHash } from "node:crypto";
import type { AddressLists } from "../model/addresses.ts";
import type { Operation, Transport } from "../model/api.ts";
import { noHeaderChanges } from "../model/headers.ts";
import { shape } from "../model/path.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { publishedDocument } from "../openapi/published.ts";
import { type Problem, warning } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";

/** Below the base path. */
const path = [["openapi.json"]] as const;

/** What holds for the published document as for all operations. */
interface Published {
  readonly basePath: string;
  readonly transport: Transport | undefined;
  readonly addresses: AddressLists | undefined;
  /** What says that it is to be there. */
  readonly where: Node;
  readonly operations: readonly Operation[];
}

/** The operation that answers with the document as the world may see it. One of the document's own at that path counts before it, which is said. */
export function publishedOperation(
  document: OpenApiDocument,
  { basePath, transport, addresses, where, operations }: Published,
  problems: Problem[],
): readonly Operation[] {
  const template = `${basePath}/openapi.json`;
  if (operations.some((one) => one.method === "GET" && one.query.length === 0 && shape(one.path) === shape(path))) {
    const message = `The document has an operation at \`${template}\`, which is served there. Take \`publish\` out, or give the operation another path.`;
    problems.push(warning("OperationClash", placeOf(where), message));
    return [];
  }
  const text = `${JSON.stringify(publishedDocument(document))}\n`;
  return [
    {
      id: "GET /openapi.json",
      method: "GET",
      template,
      path,
      query: [],
      transport,
      addresses,
      access: { kind: "open" },
      limits: [],
      answer: {
        kind: "document",
        hash: createHash("sha256").update(text).digest("hex").slice(0, 16),
        bytes: Buffer.byteLength(text),
      },
      cors: undefined,
      requestHeaders: noHeaderChanges,
      // Whoever may read it may read it from a page of another origin.
      responseHeaders: { ...noHeaderChanges, set: [{ name: "access-control-allow-origin", value: "*" }] },
      webSocket: false,
      isStream: false,
      maxBodyBytes: undefined,
      isCompressed: true,
      validation: undefined,
      fault: undefined,
      maintenance: undefined,
      where: { source: where.file.name, pointer: where.pointer },
    },
  ];
}
