import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOf, testValidators } from "../../../testing/validators.ts";

const parameter = (name: string, place: string, schema: object, more: object = {}) => ({ name, in: place, schema, ...more });
const integer = { type: "integer" };
const integers = { type: "array", items: integer, maxItems: 3 };
const point = { type: "object", properties: { x: integer, y: integer }, required: ["x"], additionalProperties: false };
const required = { required: true };
const deep = { style: "deepObject", explode: true };

/** An operation with one parameter, as many as there are rows. */
const rows: readonly {
  readonly parameter: Readonly<Record<string, unknown>>;
  readonly path?: string;
  /** Requests, and what is wrong with each. */
  readonly asked: readonly (readonly [query: string, faults: readonly string[], headers?: Readonly<Record<string, string>>])[];
}[] = [
  {
    parameter: parameter("n", "query", { ...integer, minimum: 1 }, required),
    asked: [
      ["?n=1", []],
      ["?n=1&m=2", []],
      ["?n=%31", []],
      ["?n=0", ["query n #: minimum"]],
      ["?n=1.5", ["query n #: type"]],
      ["?n=0x10", ["query n #: type"]],
      ["?n=%201", ["query n #: type"]],
      ["?n=+1", ["query n #: type"]],
      ["?n=", ["query n #: type"]],
      ["?n", ["query n #: type"]],
      ["", ["query n #: required"]],
      ["?N=1", ["query n #: required"]],
      ["?n=1&n=2", ["query n #: form"]],
      ["?n=%zz", ["query n #: form"]],
    ],
  },
  {
    parameter: parameter("b", "query", { type: "boolean" }),
    asked: [
      ["", []],
      ["?b=true", []],
      ["?b=True", ["query b #: type"]],
    ],
  },
  {
    parameter: parameter("s", "query", { type: "string", minLength: 2, pattern: "^[ -~]*$" }),
    asked: [
      ["?s=12", []],
      ["?s=a+b", []],
      ["?s=true", []],
      ["?s=%C3%A4%C3%A4", ["query s #: pattern"]],
      ["?s=1", ["query s #: minLength"]],
    ],
  },
  {
    parameter: parameter("e", "query", { oneOf: [integer, { type: "string", enum: ["all", "7a"] }] }),
    asked: [
      ["?e=7", []],
      ["?e=7a", []],
      ["?e=some", ["query e #: type", "query e #: enum", "query e #: oneOf"]],
    ],
  },
  {
    parameter: parameter("many", "query", { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, maxItems: 2 }] }),
    asked: [
      ["?many=a", []],
      ["?many=a&many=b", []],
      ["?many=a&many=b&many=c", ["query many #: type", "query many #: maxItems", "query many #: anyOf"]],
    ],
  },
  {
    parameter: parameter("list", "query", integers),
    asked: [
      ["?list=1&list=2", []],
      ["?list=1&list=a", ["query list #/1: type"]],
      ["?list=1&list=2&list=3&list=4", ["query list #: maxItems"]],
      ["?list=1,2", ["query list #/0: type"]],
    ],
  },
  ...(
    [
      ["form", ","],
      ["spaceDelimited", "%20"],
      ["pipeDelimited", "|"],
    ] as const
  ).map(([style, delimiter]) => ({
    parameter: parameter("list", "query", integers, { style, explode: false }),
    asked: [
      [`?list=1${delimiter}2`, []],
      [`?list=1${delimiter}a`, ["query list #/1: type"]],
      ["?list=1&list=2", ["query list #: form"]],
    ] as const,
  })),
  {
    parameter: parameter("at", "query", point, { style: "deepObject", explode: true, required: true }),
    asked: [
      ["?at[x]=1&at[y]=2", []],
      ["?at%5Bx%5D=1", []],
      ["?at[y]=a", ["query at #/x: required", "query at #/y: type"]],
      ["?at[x]=1&at[z]=1", ["query at #/z: additionalProperties"]],
      ["?at=1", ["query at #: type"]],
      ["?at[x]=1&at=1", ["query at #: form"]],
      ["?at[x=1", ["query at #: form"]],
      ["?at[x]=1&at[x]=2", ["query at #/x: type"]],
      ["", ["query at #: required"]],
    ],
  },
  {
    parameter: parameter("at", "query", point),
    asked: [
      ["?x=1&y=2", []],
      ["?y=2", ["query at #/x: required"]],
      ["", []],
    ],
  },
  {
    parameter: parameter("expand", "query", { type: "array", items: { type: "string", maxLength: 8 } }, deep),
    asked: [
      ["?expand[]=customer", []],
      ["?expand[0]=customer&expand[1]=invoice", []],
      ["?expand[10]=a&expand[9]=too_long_a_name", ["query expand #/0: maxLength"]],
      ["?expand[a]=customer", ["query expand #: type"]],
    ],
  },
  {
    parameter: parameter("p", "query", { type: "object", additionalProperties: integer }, deep),
    asked: [
      ["?p[x]=1&p[y]=2", []],
      ["?p[x]=a", ["query p #/x: type"]],
      ["?p[x][y]=1", ["query p #/x: type"]],
    ],
  },
  {
    parameter: parameter("created", "query", { anyOf: [{ type: "object", properties: { gt: integer } }, integer] }, deep),
    asked: [
      ["?created[gt]=1", []],
      ["?created=1", []],
      ["?created=abc", ["query created #: type", "query created #: type", "query created #: anyOf"]],
      ["?created[gt]=abc", ["query created #/gt: type", "query created #: type", "query created #: anyOf"]],
    ],
  },
  {
    parameter: parameter("line", "query", { type: "array", items: { type: "object", properties: { quantity: integer } } }, deep),
    asked: [
      ["?line[0][quantity]=1&line[1][quantity]=2", []],
      ["?line[0][quantity]=1&line[1][quantity]=b", ["query line #/1/quantity: type"]],
      ["?line[][quantity]=1", []],
      ["?line[][quantity]=b", ["query line #/0/quantity: type"]],
    ],
  },
  {
    parameter: parameter("f", "query", { type: "integer" }, { allowEmptyValue: true, required: true }),
    asked: [
      ["?f", []],
      ["?f=", []],
      ["?f=1", []],
      ["?f=x", ["query f #: type"]],
      ["?f=&f=", ["query f #: form"]],
      ["", ["query f #: required"]],
    ],
  },
  {
    parameter: parameter("any", "query", { type: "object", additionalProperties: integer }, required),
    asked: [
      ["?x=1&y=2", []],
      ["?x=a", ["query any #/x: type"]],
      ["?x=1&x=2", ["query any #/x: type"]],
      ["?key=secret", ["query any #: required"]],
      ["?key=secret&x=1", []],
      ["", ["query any #: required"]],
    ],
  },
  {
    parameter: parameter("at", "query", { anyOf: [integer, point] }),
    asked: [
      ["?at=1", []],
      ["?at=a", ["query at #: type", "query at #: type", "query at #: anyOf"]],
      ["?x=1", []],
    ],
  },
  {
    parameter: parameter("at", "query", point, { explode: false }),
    asked: [
      ["?at=x,1,y,2", []],
      ["?at=x,a", ["query at #/x: type"]],
    ],
  },
  {
    parameter: { name: "json", in: "query", content: { "application/json": { schema: point } } },
    asked: [
      ["?json=%7B%22x%22:1%7D", []],
      ["?json=%7B%22x%22:%221%22%7D", ["query json #/x: type"]],
      ["?json=x", ["query json #: form"]],
      ["?json=%7B%22x%22:1%7D&json=%7B%22x%22:1%7D", ["query json #: form"]],
      ["?json=%7B%22x%22:1,%22x%22:2%7D", ["query json #: duplicate"]],
      ["", []],
    ],
  },
  {
    parameter: parameter("X-Number", "header", integer, required),
    asked: [
      ["", [], { "x-number": "7" }],
      ["", ["header x-number #: type"], { "x-number": "seven" }],
      ["", ["header x-number #: required"]],
    ],
  },
  {
    parameter: parameter("x-list", "header", integers),
    asked: [
      ["", [], { "x-list": "1, 2,3" }],
      ["", ["header x-list #/1: type"], { "x-list": "1,,2" }],
    ],
  },
  {
    parameter: parameter("x-at", "header", point, { explode: true }),
    asked: [
      ["", [], { "x-at": "x=1,y=2" }],
      ["", ["header x-at #/x: type"], { "x-at": "x=a" }],
    ],
  },
  { parameter: parameter("Authorization", "header", integer, required), asked: [["", []]] },
  {
    parameter: parameter("f", "query", { type: "string", format: "byte" }),
    asked: [
      ["?f=", []],
      ["?f=YQ==", []],
      ["?f=YWJj", []],
      ["?f=YWI%3D", []],
      ["?f=a", ["query f #: format"]],
      ["?f=YQ==%0A", ["query f #: format"]],
      ["?f=%3Cx%3E!!%0A", ["query f #: format"]],
      ["?f=YQ==%0A%3Cx%3E", ["query f #: format"]],
    ],
  },
  {
    parameter: parameter("session", "cookie", { type: "string", minLength: 3 }, required),
    asked: [
      ["", [], { cookie: "a=b; session=abc" }],
      ["", ["cookie session #: minLength"], { cookie: "session=ab" }],
      ["", ["cookie session #: required"], { cookie: "sessions=abc" }],
      ["", [], { cookie: 'a={"b":1,"c":2}; session=abc' }],
      ["", ["cookie session #: form"], { cookie: "session=abc,a=b" }],
      ["", ["cookie session #: form"], { cookie: "session=abc; a=b,session=abc" }],
    ],
  },
  {
    parameter: parameter("limit", "cookie", { ...integer, maximum: 100 }),
    asked: [
      ["", [], { cookie: "x=1,2; limit=5" }],
      ["", ["cookie limit #: form"], { cookie: "x=1,limit=99999" }],
      ["", ["cookie limit #: form"], { cookie: "x=1, limit=5" }],
    ],
  },
  {
    parameter: parameter("ids", "cookie", integers, { explode: false }),
    asked: [
      ["", [], { cookie: "x=1; ids=1,2" }],
      ["", ["cookie ids #: form"], { cookie: "ids=1,ids=2" }],
    ],
  },
  {
    parameter: parameter("p", "cookie", point),
    asked: [
      ["", [], { cookie: "x=1; y=2" }],
      ["", ["cookie p #: form"], { cookie: "x=1; a=b,y=z" }],
    ],
  },
  {
    parameter: parameter("id", "path", integer, required),
    path: "/{id}",
    asked: [
      ["/7", []],
      ["/7?n=1", []],
      ["/seven", ["path id #: type"]],
    ],
  },
  {
    parameter: parameter("id", "path", integer, required),
    path: "/v{id}.json",
    asked: [
      ["/v7.json", []],
      ["/vx.json", ["path id #: type"]],
    ],
  },
  {
    parameter: parameter("id", "path", integers, { ...required, style: "label" }),
    path: "/{id}",
    asked: [
      ["/.1.2", []],
      ["/.1.a", ["path id #/1: type"]],
      ["/1", ["path id #: form"]],
    ],
  },
  {
    parameter: parameter("id", "path", integer, { ...required, style: "matrix" }),
    path: "/{id}",
    asked: [
      ["/;id=5", []],
      ["/;id=a", ["path id #: type"]],
      ["/;ID=5", ["path id #: form"]],
    ],
  },
];

describe("parameters", () => {
  for (const [index, { parameter: written, path = "", asked }] of rows.entries())
    it(`${index} ${JSON.stringify(written)}`, async () => {
      const { verdictOf } = testValidators({
        openapi: "3.0.3",
        info: { title: "Rows", version: "1" },
        servers: [{ url: "/v1" }],
        components: { securitySchemes: { key: { type: "apiKey", in: "query", name: "key" } } },
        paths: { [`/a${path}`]: { get: { operationId: "a", parameters: [written], responses: {} } } },
      });
      for (const [query, faults, headers] of asked)
        assert.deepEqual(faultsOf(await verdictOf("a", `/v1/a${query}`, headers)), faults, query);
    });

  it("are those of the path, too, and the operation's own before them, whatever they refer to", async () => {
    const { verdictOf } = testValidators({
      openapi: "3.1.0",
      info: { title: "Refs", version: "1" },
      components: { parameters: { n: parameter("n", "query", integer, required), m: parameter("m", "query", integer, required) } },
      paths: {
        "/a": {
          parameters: [{ $ref: "#/components/parameters/n" }, { $ref: "#/components/parameters/m" }],
          get: { operationId: "a", parameters: [parameter("n", "query", { type: "string" })], responses: {} },
        },
      },
    });
    assert.deepEqual(faultsOf(await verdictOf("a", "/a?n=x")), ["query m #: required"]);
  });

  it("that have any name are those that nothing else is named", async () => {
    const { verdictOf } = testValidators({
      openapi: "3.1.0",
      info: { title: "Free", version: "1" },
      paths: {
        "/a": {
          get: {
            operationId: "a",
            parameters: [
              parameter("n", "query", { type: "string" }),
              parameter("at", "query", point, { style: "deepObject", explode: true }),
              parameter("spread", "query", { type: "object", properties: { s: { type: "string" } }, additionalProperties: false }),
              parameter("rest", "query", { type: "object", additionalProperties: integer }),
            ],
            responses: {},
          },
        },
      },
    });
    assert.deepEqual(faultsOf(await verdictOf("a", "/a?n=x&at[x]=1&s=x&r=1")), []);
    assert.deepEqual(faultsOf(await verdictOf("a", "/a?n=x&r=x")), ["query rest #/r: type"]);
  });

  it("of Swagger 2.0 are their own schemas, and say how lists are written", async () => {
    const { verdictOf } = testValidators({
      swagger: "2.0",
      info: { title: "Old", version: "1" },
      paths: {
        "/a": {
          get: {
            operationId: "a",
            parameters: [
              { name: "csv", in: "query", type: "array", items: integer, maxItems: 2 },
              { name: "multi", in: "query", type: "array", items: integer, collectionFormat: "multi" },
              { name: "pipes", in: "query", type: "array", items: integer, collectionFormat: "pipes" },
              { name: "tsv", in: "query", type: "array", items: integer, collectionFormat: "tsv" },
              { name: "n", in: "query", type: "integer", required: true, maximum: 5, exclusiveMaximum: true },
            ],
            responses: {},
          },
        },
      },
    });
    assert.deepEqual(faultsOf(await verdictOf("a", "/a?csv=1,2&multi=1&multi=2&pipes=1|2&tsv=1%092&n=4")), []);
    const faults = faultsOf(await verdictOf("a", "/a?csv=1,2,3&multi=1,2&pipes=1,2&n=5"));
    assert.deepEqual(faults, ["query csv #: maxItems", "query multi #/0: type", "query pipes #/0: type", "query n #: exclusiveMaximum"]);
  });
});
