import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { checked } from "../problem.ts";
import { type Definition, loadDefinitions } from "./definition.ts";

const document = (title: string): string =>
  JSON.stringify({ openapi: "3.1.0", info: { title, version: "1" }, paths: { "/a": { get: {} } } });

const packed = gzipSync(document("Packed"));
const maps = new Map<string, ReadonlyMap<string, Uint8Array>>([
  ["pets", new Map([["swagger.json", Buffer.from(document("Pets"))]])],
  [
    "two",
    new Map([
      ["a.yaml", Buffer.from(document("A"))],
      ["b.yaml", Buffer.from("openapi: [")],
    ]),
  ],
  ["part-1", new Map([["1", packed.subarray(0, 40)]])],
  ["part-2", new Map([["2", packed.subarray(40)]])],
  ["empty", new Map()],
  ["binary", new Map([["x", Buffer.from([0xff, 0xfe, 0x00])]])],
]);

async function loaded(...definitions: readonly Definition[]) {
  const { documents, problems } = await loadDefinitions(definitions, (name) => Promise.resolve(checked(maps.get(name), [])));
  return {
    titles: documents.map(({ title }) => title),
    said: problems.map(({ reason, where, message }) => `${reason} ${where.source}: ${message}`),
  };
}

const entries = (...names: readonly { name: string; key?: string }[]): Definition => ({ kind: "entries", entries: names });

describe("the documents of an API", () => {
  it("come from an entry, from several that are compressed, and from the API itself", async () => {
    const whole = await loaded(
      entries({ name: "pets" }),
      entries({ name: "part-1" }, { name: "part-2", key: "2" }),
      entries({ name: "two", key: "a.yaml" }),
      {
        kind: "inline",
        text: document("Inline"),
      },
    );
    assert.deepEqual(whole, { titles: ["Pets", "Packed", "A", "Inline"], said: [] });
  });

  it("that are not there, or not whole, are Problems that name them, all at once, and the others are read", async () => {
    const { titles, said } = await loaded(
      entries({ name: "none" }),
      entries({ name: "two" }),
      entries({ name: "two", key: "c.yaml" }),
      entries({ name: "empty" }),
      entries({ name: "part-1" }),
      entries({ name: "binary" }),
      entries({ name: "two", key: "b.yaml" }),
      entries({ name: "pets" }),
    );
    assert.deepEqual(titles, ["Pets"]);
    assert.deepEqual(
      said.map((one) => one.slice(0, one.indexOf(":"))),
      [
        "DefinitionMissing ConfigMap/none",
        "DefinitionMissing ConfigMap/two",
        "DefinitionMissing ConfigMap/two",
        "DefinitionMissing ConfigMap/empty",
        "NotText ConfigMap/part-1/1",
        "NotText ConfigMap/binary/x",
        "NotYaml ConfigMap/two/b.yaml",
      ],
    );
    assert.match(said[1] ?? "", /has 2 entries \(`a\.yaml`, `b\.yaml`\), and nothing says which is meant\. Name one of them as `key`\./);
    assert.match(said[2] ?? "", /has no entry `c\.yaml`, but `a\.yaml`, `b\.yaml`\./);
  });
});
