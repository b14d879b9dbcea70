import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testApi, testOperation } from "../../testing/model.ts";
import { listedOperations } from "../compile/operations.ts";
import type { Operation } from "../model/api.ts";
import type { ImageContents, ImageOperation } from "./contents.ts";
import { changedOperations } from "./diff.ts";

/** The contents of an image of one API with these operations. */
function contents(...operations: readonly Operation[]): ImageContents {
  const listed = new Map(Object.entries<ImageOperation[]>(JSON.parse(JSON.stringify(listedOperations([{ ...testApi, operations }])))));
  return {
    digest: "",
    platforms: [],
    manifest: { contract: 1, inputHash: "", apis: [] },
    operations: listed,
    labels: {},
    files: new Map(),
  };
}

const other: Operation = { ...testOperation, id: "listPets", template: "/v1/pets", path: [["pets"]] };

describe("how two images differ", () => {
  it("is nothing where they are the same", () => assert.deepEqual(changedOperations(contents(testOperation), contents(testOperation)), []));

  it("says what was added and removed", () => {
    const changes = changedOperations(contents(testOperation), contents(other));
    assert.deepEqual(
      changes.map(({ change, method, path }) => `${change} ${method} ${path}`),
      ["added GET /v1/pets", "removed GET /v1/pets/{id}"],
    );
  });

  it("says each policy that changed, with its value before and after", () => {
    const cors = { origins: ["*"], headers: [], exposedHeaders: [], maxAgeSeconds: 5, credentials: false };
    const answer = {
      kind: "backend",
      backends: [{ backend: "pets", weight: 1 }],
      timeoutMs: 1000,
      path: "keep",
      rewrite: undefined,
      sandbox: undefined,
      mirror: undefined,
      retry: undefined,
    } as const;
    const [change] = changedOperations(contents(testOperation), contents({ ...testOperation, id: "onePet", cors, answer }));
    assert.deepEqual(change?.policies, [
      { policy: "operation", before: "showPet", after: "onePet" },
      { policy: "timeoutMs", before: 15_000, after: 1000 },
      { policy: "cors", before: undefined, after: cors },
    ]);
  });

  it("sees a mock's other body", () => {
    const mocked = (body: string): Operation => ({
      ...testOperation,
      answer: { kind: "mock", reply: { status: 200, mediaType: "text/plain", headers: [], body } },
    });
    const [change] = changedOperations(contents(mocked("a")), contents(mocked("b")));
    assert.deepEqual(
      change?.policies.map(({ policy }) => policy),
      ["mock"],
    );
  });
});
