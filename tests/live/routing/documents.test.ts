import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { crossingDocuments } from "../../../testing/documents/crossing.ts";
import type { WrittenDocument } from "../../../testing/documents/written-document.ts";
import { within } from "../../../testing/scope.ts";
import { serveMocked } from "./gateway.ts";
import { type Disagreement, disagreements, show, textsOf, verdictKinds } from "./law.ts";

const documentCount = 2000;
/** Documents that one gateway serves at once, each under a host name of its own. */
const together = 200;

describe("documents whose paths cross", () => {
  it(`${documentCount} of them answer as OpenAPI's text says`, async (t) => {
    const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
    t.diagnostic(`seed ${seed}: FC_SEED=${seed} makes the same documents again`);
    const documents = fc.sample(crossingDocuments, { seed, numRuns: documentCount });
    for (let first = 0; first < documents.length; first += together) {
      const [found] = await disagreementsOf(documents.slice(first, first + together));
      if (found !== undefined) assert.fail(show(await smallest(found)));
    }
    const kinds = verdictKinds(documents);
    t.diagnostic(`requests by what was expected of them: ${JSON.stringify(Object.fromEntries(kinds))}`);
    for (const kind of ["operation", "404", "405", "204", "400"]) assert.ok((kinds.get(kind) ?? 0) >= 300, `few requests expect ${kind}`);
  });
});

/** Serves some documents for as long as it takes to ask all their requests. */
const disagreementsOf = (documents: readonly WrittenDocument[]): Promise<readonly Disagreement[]> =>
  within(async (scope) => disagreements(await serveMocked(scope, textsOf(documents)), documents));

/** The disagreement with as few operations as it takes: all documents with one operation less are served at once, until none disagrees. */
async function smallest(found: Disagreement): Promise<Disagreement> {
  const { document, asked } = found;
  if (document.operations.length === 1) return found;
  const smaller = document.operations.map((left) => ({
    ...document,
    operations: document.operations.filter((operation) => operation !== left),
    requests: [asked],
  }));
  const [next] = await disagreementsOf(smaller);
  return next === undefined ? found : smallest(next);
}
