import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testDocument } from "./test-document.ts";
import { xmlText } from "./xml.ts";

function xmlOf(value: unknown, schema: unknown, schemas: Readonly<Record<string, unknown>> = {}): string {
  const { at, follow } = testDocument({ schema, components: { schemas } });
  return xmlText(value, at("/schema"), follow).replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, "");
}

describe("a value as XML", () => {
  const rows: readonly (readonly [sentence: string, value: unknown, schema: unknown, expected: string])[] = [
    ["is an element of elements", { id: 1, name: "Rex", gone: null }, {}, "<root><id>1</id><name>Rex</name><gone/></root>"],
    ["is named after xml.name", { id: 1 }, { xml: { name: "pet" } }, "<pet><id>1</id></pet>"],
    ["is named after its component", { id: 1 }, { $ref: "#/components/schemas/Pet" }, "<Pet><id>1</id></Pet>"],
    ["has attributes", { id: 1, a: "<" }, { properties: { id: { xml: { attribute: true } }, a: {} } }, '<root id="1"><a>&lt;</a></root>'],
    ["has names of its members' own", { id: 1 }, { properties: { id: { xml: { name: "no" } } } }, "<root><no>1</no></root>"],
    ["repeats the elements of a list", { tags: ["a", "b"] }, {}, "<root><tags>a</tags><tags>b</tags></root>"],
    [
      "wraps a list",
      { tags: ["a"] },
      { properties: { tags: { xml: { wrapped: true, name: "all" }, items: { xml: { name: "tag" } } } } },
      "<root><all><tag>a</tag></all></root>",
    ],
    [
      "names the elements of a wrapped list like the list",
      { tags: ["a"] },
      { properties: { tags: { xml: { wrapped: true } } } },
      "<root><tags><tags>a</tags></tags></root>",
    ],
    ["has namespaces", { id: 1 }, { xml: { namespace: "urn:x", prefix: "p", name: "pet" } }, '<p:pet xmlns:p="urn:x"><id>1</id></p:pet>'],
    ["is a list in one element", [{ id: 1 }], { items: { xml: { name: "pet" } } }, "<root><pet><id>1</id></pet></root>"],
    ["keeps markup and control characters out of text", { a: '</a>&\u0000"' }, {}, "<root><a>&lt;/a&gt;&amp;&quot;</a></root>"],
    ["keeps what is no name out of names", { "1 <x>": 1 }, {}, "<root><_1__x_>1</_1__x_></root>"],
  ];
  for (const [sentence, value, schema, expected] of rows) {
    it(sentence, () => assert.equal(xmlOf(value, schema, { Pet: { type: "object" } }), expected));
  }
});
