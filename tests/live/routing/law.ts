import { documentText, hostOf, type WrittenDocument } from "../../../testing/documents/written-document.ts";
import type { HttpAnswer, HttpClient } from "../../../testing/http-client.ts";
import { type Asked, openApiMatcher, type Verdict } from "../../../testing/openapi-matcher.ts";

/** A request that the gateway answers in another way than OpenAPI's text says. */
export interface Disagreement {
  readonly document: WrittenDocument;
  readonly asked: Asked;
  readonly expected: Verdict;
  readonly observed: Verdict;
}

/** What an answer says of the way its request was routed, in the matcher's words. */
export function observed({ status, headers }: HttpAnswer): Verdict {
  const operation = headers["portico-operation"];
  if (typeof operation === "string") return `operation ${decodeURIComponent(operation)}`;
  return headers.allow === undefined ? String(status) : `${status} ${headers.allow}`;
}

/** The texts of documents by the name that each has in the gateway. */
export const textsOf = (documents: readonly WrittenDocument[]): ReadonlyMap<string, string> =>
  new Map(documents.map((document, index) => [`d${index}`, documentText(`d${index}`, document)] as const));

/** Asks every request of every document and holds the answers against the independent matcher. */
export async function disagreements(client: HttpClient, documents: readonly WrittenDocument[]): Promise<readonly Disagreement[]> {
  const cases = documents.flatMap((document, index) => {
    const verdict = openApiMatcher(document.operations, document.basePath);
    return document.requests.map((asked) => ({ document, asked, expected: verdict(asked), host: hostOf(`d${index}`) }));
  });
  const answers = await client.askAll(cases.map(({ asked, host }) => ({ ...asked, headers: { host } })));
  return cases.flatMap(({ document, asked, expected }, index) => {
    const answer = answers[index];
    const seen = answer === undefined ? "nothing" : observed(answer);
    return seen === expected ? [] : [{ document, asked, expected, observed: seen }];
  });
}

/** A disagreement as a person wants to read it: the request, and the operations of the one document. */
export function show({ document, asked, expected, observed: seen }: Disagreement): string {
  const operations = document.operations.map(({ method, key, id }) => `  ${id}: ${method} ${key}`);
  return [`${asked.method} ${asked.target}: expected ${expected}, observed ${seen}, base path "${document.basePath}"`, ...operations].join(
    "\n",
  );
}

/** How many requests of the documents expect an operation, how many each status. */
export function verdictKinds(documents: readonly WrittenDocument[]): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const { operations, basePath, requests } of documents) {
    const verdict = openApiMatcher(operations, basePath);
    for (const asked of requests) {
      const [kind = ""] = verdict(asked).split(" ");
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  return kinds;
}
