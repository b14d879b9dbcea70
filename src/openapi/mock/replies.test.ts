import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chosenReply, defaultReply, type MockWishes } from "./replies.ts";
import { testSource } from "./test-document.ts";

const text = (value: unknown) => ({ content: { "text/plain": { example: value } } });

describe("the default status", () => {
  const rows: readonly (readonly [sentence: string, responses: unknown, status: number])[] = [
    ["is the lowest 2xx", { 404: text("no"), 202: text("later"), 201: text("made"), default: text("other") }, 201],
    ["else 200 for the default response", { 404: text("no"), default: text("other"), "2XX": text("fine") }, 200],
    ["else 200 for the range 2XX", { 404: text("no"), "2xx": text("fine"), 301: text("there") }, 200],
    ["else the lowest 3xx", { 404: text("no"), 307: text("there"), 301: text("there") }, 301],
    ["else the lowest there is", { 500: text("broken"), "4XX": text("no") }, 400],
    ["is no interim one", { 101: text("switch"), 404: text("no") }, 404],
    ["is 200 where nothing is documented", {}, 200],
    ["is 200 where only extensions are", { "x-note": "none" }, 200],
    ["is 200 where responses are missing", undefined, 200],
  ];
  for (const [sentence, responses, status] of rows) it(sentence, () => assert.equal(defaultReply(testSource(responses)).status, status));

  it("has no body when it is 204, 205 or 304, whatever is documented", () => {
    for (const status of [204, 205, 304]) {
      assert.deepEqual(defaultReply(testSource({ [status]: text("none") })), { status, mediaType: undefined, headers: [], body: "" });
    }
  });
});

describe("the default body", () => {
  type Row = readonly [sentence: string, content: unknown, mediaType: string | undefined, body: string];
  const rows: readonly Row[] = [
    [
      "is of the first type that is JSON",
      { "text/csv": { example: "a,b" }, "application/hal+json": { example: { a: 1 } } },
      "application/hal+json",
      '{"a":1}',
    ],
    ["else of the first type", { "text/csv": { example: "a,b" }, "text/plain": { example: "x" } }, "text/csv", "a,b"],
    [
      "takes the first of several examples",
      { "application/json": { examples: { one: { value: 1 }, two: { value: 2 } } } },
      "application/json",
      "1",
    ],
    [
      "follows an example's reference",
      { "application/json": { examples: { one: { $ref: "#/components/examples/shared" } } } },
      "application/json",
      '"shared"',
    ],
    [
      "passes over an example that stands elsewhere",
      { "application/json": { examples: { far: { externalValue: "x.json" }, near: { value: 2 } } } },
      "application/json",
      "2",
    ],
    [
      "takes an example that is written out (3.2)",
      { "application/json": { examples: { one: { serializedValue: "[ 1 ]" } } } },
      "application/json",
      "[ 1 ]",
    ],
    [
      "takes an example that is a value (3.2)",
      { "application/json": { examples: { one: { dataValue: [1] } } } },
      "application/json",
      "[1]",
    ],
    [
      "is made from the schema otherwise",
      { "application/json": { schema: { properties: { a: { type: "integer" } } } } },
      "application/json",
      '{"a":1}',
    ],
    ["is null for an example that is null", { "application/json": { example: null } }, "application/json", "null"],
    [
      "is null where the schema does not say otherwise",
      { "application/json": { example: null, schema: { oneOf: [{ type: "string" }, { type: "null" }] } } },
      "application/json",
      "null",
    ],
    [
      "is made from the schema where that does not let an example be null",
      { "application/json": { example: null, schema: { type: "integer" } } },
      "application/json",
      "1",
    ],
    ["is empty for text whose example is null", { "text/plain": { example: null } }, "text/plain", ""],
    ["is {} for JSON of which nothing is said", { "application/json": {} }, "application/json", "{}"],
    ["is empty for text of which nothing is said", { "text/plain": {} }, "text/plain", ""],
    ["is JSON for a text example that is JSON", { "application/json": { example: '{"a": 1}' } }, "application/json", '{"a": 1}'],
    [
      "is a JSON string where the schema says string",
      { "application/json": { example: "[1]", schema: { type: "string" } } },
      "application/json",
      '"[1]"',
    ],
    ["is a JSON string for any other text", { "application/json": { example: "[Rex" } }, "application/json", '"[Rex"'],
    ["is application/json for any type", { "*/*": { example: 1 } }, "application/json", "1"],
    ["is application/json for what is no media type", { "json\r\nx: y": { example: 1 } }, "application/json", "1"],
    ["is the first of several types in one key", { "text/html, text/plain": { example: "x" } }, "text/html", "x"],
    ["keeps a type's parameters", { "application/json; charset=utf-8": { example: 1 } }, "application/json; charset=utf-8", "1"],
    [
      "is XML",
      { "application/xml": { schema: { properties: { a: { type: "integer" } } } } },
      "application/xml",
      '<?xml version="1.0" encoding="UTF-8"?>\n<root><a>1</a></root>',
    ],
    [
      "is form fields",
      { "application/x-www-form-urlencoded": { example: { a: "x y", b: [1, 2] } } },
      "application/x-www-form-urlencoded",
      "a=x+y&b=1&b=2",
    ],
    [
      "is empty for several parts in one",
      { "multipart/form-data": { schema: { properties: { a: { type: "string" } } } } },
      "multipart/form-data",
      "",
    ],
    ["is empty for an image", { "image/png": { schema: { type: "string" } } }, "image/png", ""],
    [
      "is empty for a file of any type that is no text",
      { "application/vnd.ms-excel": { schema: { type: "string", format: "binary" } } },
      "application/vnd.ms-excel",
      "",
    ],
    ["is an image that the document writes as text", { "image/svg+xml": { example: "<svg/>" } }, "image/svg+xml", "<svg/>"],
    [
      "is the text of parts that the document writes",
      { "multipart/mixed; boundary=x": { example: "--x\r\n\r\na\r\n--x--" } },
      "multipart/mixed; boundary=x",
      "--x\r\n\r\na\r\n--x--",
    ],
    ["is a line of JSON for a sequence (3.2)", { "application/jsonl": { itemSchema: { const: 1 } } }, "application/jsonl", "1\n"],
    [
      "is an event for a stream of events (3.2)",
      { "text/event-stream": { itemSchema: { properties: { data: { const: "x" } } } } },
      "text/event-stream",
      "data: x\n\n",
    ],
    ["is none where there is no content", {}, undefined, ""],
  ];
  for (const [sentence, content, mediaType, body] of rows) {
    it(sentence, () => {
      const reply = defaultReply(testSource({ 200: { content } }, "3", [], { examples: { shared: { value: "shared" } } }));
      assert.deepEqual([reply.mediaType, reply.body], [mediaType, body]);
    });
  }

  it("follows a response's reference", () => {
    const source = testSource({ 200: { $ref: "#/components/responses/Fine" } }, "3", [], { responses: { Fine: text("fine") } });
    assert.equal(defaultReply(source).body, "fine");
  });
});

describe("the default body in version 2.0", () => {
  const schema = { properties: { a: { type: "integer" } } };
  type Row = readonly [sentence: string, response: unknown, produces: readonly string[], mediaType: string | undefined, body: string];
  const rows: readonly Row[] = [
    ["is an example", { examples: { "application/json": { a: 7 } }, schema }, ["application/json"], "application/json", '{"a":7}'],
    [
      "is made from the schema, of what is produced",
      { schema },
      ["application/xml", "application/vnd.x+json"],
      "application/vnd.x+json",
      '{"a":1}',
    ],
    ["is JSON where nothing says what is produced", { schema }, [], "application/json", '{"a":1}'],
    ["is an example of a type that is not produced", { examples: { "text/plain": "x" } }, ["application/json"], "text/plain", "x"],
    [
      "is the JSON example for another type of JSON",
      { examples: { "application/json": 7 }, schema },
      ["application/hal+json"],
      "application/hal+json",
      "7",
    ],
    ["is none without a schema", { description: "done" }, ["application/json"], undefined, ""],
  ];
  for (const [sentence, response, produces, mediaType, body] of rows) {
    it(sentence, () => {
      const reply = defaultReply(testSource({ 200: response }, "2.0", produces));
      assert.deepEqual([reply.mediaType, reply.body], [mediaType, body]);
    });
  }
});

describe("documented header fields", () => {
  const headersOf = (headers: unknown, format: "2.0" | "3" = "3", status = 200) =>
    defaultReply(testSource({ [status]: { headers } }, format)).headers;

  it("are sent when they are required, have an example or lead on", () => {
    const headers = {
      "X-Rate": { required: true, schema: { type: "integer", minimum: 60 } },
      "X-Next": { example: "page 2" },
      "X-Named": { examples: { one: { value: 1 } } },
      "X-Schema": { schema: { type: "string", example: "s" } },
      "X-Optional": { schema: { type: "string" } },
      "X-Json": { required: true, content: { "application/json": { schema: { const: [1] } } } },
      Location: { schema: { type: "string", format: "uri" } },
    };
    assert.deepEqual(headersOf(headers, "3", 303), [
      ["x-rate", "60"],
      ["x-next", "page 2"],
      ["x-named", "1"],
      ["x-schema", "s"],
      ["x-json", "[1]"],
      ["location", "https://example.com/"],
    ]);
  });

  it("are sent when they have a default or an example in version 2.0", () => {
    const headers = { "X-A": { type: "integer", default: 3 }, "X-B": { type: "string", "x-example": "b" }, "X-C": { type: "string" } };
    assert.deepEqual(headersOf(headers, "2.0"), [
      ["x-a", "3"],
      ["x-b", "b"],
    ]);
  });

  it("are written with commas when they are lists or objects", () => {
    assert.deepEqual(headersOf({ a: { example: [1, "x"] }, b: { example: { k: 1 } } }), [
      ["a", "1,x"],
      ["b", "k,1"],
    ]);
  });

  it("are not sent when the gateway writes them, or when they cannot stand in a header", () => {
    const never = [
      "Content-Type",
      "content-length",
      "Connection",
      "Transfer-Encoding",
      "Authorization",
      "access-control-allow-origin",
      "x-envoy-hello",
      "portico-operation",
      "no name",
    ];
    const headers = Object.fromEntries(never.map((name) => [name, { example: "x" }]));
    assert.deepEqual(
      headersOf({
        ...headers,
        "X-Split": { example: "a\r\nb: c" },
        "X-Long": { example: "x".repeat(2_000) },
        "X-Far": { example: "\u4e2d" },
      }),
      [],
    );
  });
});

const documented = {
  200: {
    content: {
      "application/xml": { examples: { cat: { value: "<cat/>" } } },
      "application/json": { examples: { dog: { value: "dog" }, cat: { value: "cat" } } },
    },
  },
  404: text("gone"),
  "4XX": text("wrong"),
  204: {},
};

const chosen = (wishes: Partial<MockWishes>, responses: unknown = documented) =>
  chosenReply(testSource(responses), { prefer: undefined, accept: undefined, requestId: "7", ...wishes });

describe("Prefer", () => {
  it("without a preference that is known gets the default answer", () => {
    for (const prefer of [undefined, "", "dynamic", "dynamic=true, respond-async, wait=10", "code=", '=;,,"', 'foo="code=404"']) {
      assert.deepEqual(chosen({ prefer }), defaultReply(testSource(documented)), `Prefer: ${prefer}`);
    }
  });

  const rows: readonly (readonly [prefer: string, status: number, body: string, applied: string])[] = [
    ["code=404", 404, "gone", "code=404"],
    ['code="404"', 404, "gone", "code=404"],
    ["Code = 404; foo=bar", 404, "gone", "code=404"],
    ["code=404, code=204", 404, "gone", "code=404"],
    ["code=418", 418, "wrong", "code=418"],
    ["code=204", 204, "", "code=204"],
    ["example=cat", 200, '"cat"', "example=cat"],
    ["dynamic, example=cat", 200, '"cat"', "example=cat"],
    ["code=200; example=dog", 200, '"dog"', "code=200, example=dog"],
  ];
  for (const [prefer, status, body, applied] of rows) {
    it(`${prefer} is honoured and said to be`, () => {
      const reply = chosen({ prefer });
      assert.deepEqual([reply.status, reply.body], [status, body]);
      assert.deepEqual(reply.headers.at(-1), ["preference-applied", applied]);
    });
  }

  it("code takes the default response for a code that is not documented", () => {
    const reply = chosen({ prefer: "code=503" }, { 200: text("fine"), default: text("other") });
    assert.deepEqual([reply.status, reply.body], [503, "other"]);
  });

  it("code that the document does not have is 400 and names those that it has", () => {
    for (const code of ["500", "099", "abc", "1e2", "101"]) {
      const reply = chosen({ prefer: `code=${code}` });
      assert.deepEqual([reply.status, reply.mediaType], [400, "application/problem+json"]);
      const { type, requestId, detail } = JSON.parse(reply.body);
      assert.deepEqual([type, requestId], ["https://portico.dev/errors/mock-not-documented", "7"]);
      assert.match(detail, /200, 204, 404, 4XX/);
    }
  });

  it("example that the response does not have is 400 and names those that it has", () => {
    const reply = chosen({ prefer: "example=cow" });
    assert.deepEqual([reply.status, reply.mediaType], [400, "application/problem+json"]);
    assert.match(JSON.parse(reply.body).detail, /dog, cat/);
  });

  it("example chooses among the types that have it", () => {
    assert.equal(chosen({ prefer: "example=cat", accept: "application/xml" }).body, "<cat/>");
    assert.equal(chosen({ prefer: "example=dog", accept: "application/xml" }).status, 406);
  });

  it("example with a name that no header can say is honoured without saying so", () => {
    const reply = chosen(
      { prefer: "example=gr\u00fc\u00df" },
      { 200: { content: { "text/plain": { examples: { "gr\u00fc\u00df": { value: "x" } } } } } },
    );
    assert.deepEqual([reply.body, reply.headers], ["x", []]);
  });
});

describe("Accept", () => {
  it("that takes none of the types is 406 and names them", () => {
    const reply = chosen({ accept: "text/html" });
    assert.deepEqual([reply.status, reply.mediaType], [406, "application/problem+json"]);
    const { type, requestId, detail } = JSON.parse(reply.body);
    assert.deepEqual([type, requestId], ["https://portico.dev/errors/mock-not-acceptable", "7"]);
    assert.match(detail, /application\/json, application\/xml/);
  });

  it("chooses the type", () => assert.equal(chosen({ accept: "application/xml" }).body, "<cat/>"));

  it("does not matter where there is no body", () => {
    assert.equal(chosen({ accept: "text/html", prefer: "code=204" }).status, 204);
    assert.equal(chosen({ accept: "text/html" }, {}).status, 200);
  });
});
