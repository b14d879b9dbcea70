import { createHash } from "node:crypto";
import type { AddressLists } from "../model/addresses.ts";
import type { Answer, Operation, Transport } from "../model/api.ts";
import { noHeaderChanges } from "../model/headers.ts";
import { pageFileNames } from "../model/page.ts";
import { type PathTemplate, shape } from "../model/path.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { publishedDocument } from "../openapi/published.ts";
import { type Problem, warning } from "../problem.ts";
import { type Node, placeOf } from "../text/node.ts";

/** What is shown to the world. */
interface Shown {
  readonly document: boolean;
  /** A page to read it, too: where that is, the document is. */
  readonly page: boolean;
}

/** What somebody says of it. */
export type SaidToBeShown = { readonly [Part in keyof Shown]?: boolean | undefined };

/** What is shown by the first of these that says it. */
export function shownBy(...said: readonly (SaidToBeShown | undefined)[]): Shown {
  const first = (part: keyof Shown): boolean => said.find((one) => one?.[part] !== undefined)?.[part] ?? false;
  return { document: first("document"), page: first("page") };
}

/** What holds for what is published as for all operations. */
interface Published {
  readonly basePath: string;
  readonly transport: Transport | undefined;
  readonly addresses: AddressLists | undefined;
  /** What says that it is to be there. */
  readonly where: Node;
  readonly operations: readonly Operation[];
}

/** The operations that answer with the document as the world may see it, and a page to read it. One of the document's own at such a path counts before it, which is said. */
export function publishedOperations(
  document: OpenApiDocument,
  shown: Shown,
  published: Published,
  problems: Problem[],
): readonly Operation[] {
  if (!shown.document && !shown.page) return [];
  const text = `${JSON.stringify(publishedDocument(document))}\n`;
  const answers: readonly (readonly [path: PathTemplate, answer: Answer])[] = [
    [
      [["openapi.json"]],
      { kind: "document", hash: createHash("sha256").update(text).digest("hex").slice(0, 16), bytes: Buffer.byteLength(text) },
    ],
    ...(shown.page
      ? pageFileNames.map((file) => [file === "index.html" ? [["docs"]] : [["docs"], [file]], { kind: "page", file }] as const)
      : []),
  ];
  return answers.flatMap(([path, answer]) => operationAt(path, answer, published, problems) ?? []);
}

function operationAt(
  path: PathTemplate,
  answer: Answer,
  { basePath, transport, addresses, where, operations }: Published,
  problems: Problem[],
): Operation | undefined {
  const template = basePath + shape(path);
  if (operations.some((one) => one.method === "GET" && one.query.length === 0 && shape(one.path) === shape(path))) {
    const message = `The document has an operation at \`${template}\`, which is served there. Take \`publish\` out, or give the operation another path.`;
    problems.push(warning("OperationClash", placeOf(where), message));
    return undefined;
  }
  return {
    id: `GET ${shape(path)}`,
    method: "GET",
    template,
    path,
    query: [],
    transport,
    addresses,
    access: { kind: "open" },
    limits: [],
    answer,
    cors: undefined,
    requestHeaders: noHeaderChanges,
    // Whoever may read the document may read it from a page of another origin.
    responseHeaders:
      answer.kind === "document" ? { ...noHeaderChanges, set: [{ name: "access-control-allow-origin", value: "*" }] } : noHeaderChanges,
    webSocket: false,
    isStream: false,
    maxBodyBytes: undefined,
    isCompressed: true,
    validation: undefined,
    interception: undefined,
    cache: undefined,
    fault: undefined,
    maintenance: undefined,
    where: { source: where.file.name, pointer: where.pointer },
  };
}
