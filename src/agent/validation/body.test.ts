import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOf, testValidators } from "../../../testing/validators.ts";

const pet = {
  type: "object",
  required: ["id", "name"],
  additionalProperties: false,
  properties: {
    id: { type: "integer", readOnly: true },
    name: { type: "string", minLength: 2 },
    age: { type: "integer", nullable: true },
    tags: { type: "array", items: { type: "string" } },
    home: { type: "object", properties: { city: { type: "string", maxLength: 6 }, zip: { type: "integer" } } },
    photo: { type: "string", format: "binary" },
  },
};

const form = "application/x-www-form-urlencoded";
const multipart = "multipart/form-data; boundary=X";
const parts = (...fields: readonly (readonly [head: string, value: string])[]): string =>
  [...fields.map(([head, value]) => `--X\r\ncontent-disposition: form-data; ${head}\r\n\r\n${value}\r\n`), "--X--\r\n"].join("");

/** A form as Stripe has them. */
const order = {
  type: "object",
  additionalProperties: false,
  properties: {
    expand: { type: "array", items: { type: "string" } },
    items: { type: "array", items: { type: "object", properties: { quantity: { type: "integer" }, note: { type: "string" } } } },
    metadata: {
      anyOf: [
        { type: "object", additionalProperties: { type: "string" } },
        { type: "string", enum: [""] },
      ],
    },
    shipping: {
      type: "object",
      required: ["name"],
      properties: {
        name: { type: "string" },
        address: { type: "object", properties: { line1: { type: "string" }, zip: { type: "integer" } }, additionalProperties: false },
      },
    },
  },
};

const content = {
  "application/json; charset=utf-8": { schema: pet },
  "application/x-www-form-urlencoded": { schema: pet, encoding: { home: { style: "deepObject", explode: true } } },
  "multipart/form-data": { schema: pet, encoding: { photo: { contentType: "image/png, image/gif" } } },
  "text/plain": { schema: { type: "string", maxLength: 3 } },
  "image/*": {},
};

const { verdictOf } = testValidators({
  openapi: "3.0.3",
  info: { title: "Bodies", version: "1" },
  paths: {
    "/a": { post: { operationId: "a", requestBody: { required: true, content }, responses: {} } },
    "/b": { post: { operationId: "b", requestBody: { content: { "application/json": {} } }, responses: {} } },
    "/any": { post: { operationId: "any", requestBody: { content: { "*/*": { schema: pet } } }, responses: {} } },
    "/group": { post: { operationId: "group", requestBody: { content: { "application/*": { schema: pet } } }, responses: {} } },
    "/file": {
      post: { operationId: "file", requestBody: { content: { "*/*": { schema: { type: "string", format: "binary" } } } }, responses: {} },
    },
    "/json": {
      post: {
        operationId: "json",
        requestBody: { content: { [form]: { schema: pet, encoding: { home: { contentType: "application/json" } } } } },
        responses: {},
      },
    },
    "/plain": { post: { operationId: "plain", requestBody: { content: { [form]: { schema: pet } } }, responses: {} } },
    "/open": {
      post: {
        operationId: "open",
        requestBody: {
          content: {
            [form]: {
              schema: {
                type: "object",
                properties: {
                  e: { enum: ["1", "2"] },
                  f: { enum: ["true"] },
                  s: { type: "string", nullable: true, minLength: 1 },
                  n: { enum: [3] },
                },
                additionalProperties: { type: "integer" },
              },
            },
          },
        },
        responses: {},
      },
    },
    "/stripe": {
      post: {
        operationId: "stripe",
        requestBody: {
          content: {
            [form]: {
              schema: order,
              encoding: Object.fromEntries(Object.keys(order.properties).map((name) => [name, { style: "deepObject", explode: true }])),
            },
          },
        },
        responses: {},
      },
    },
    "/numbers": {
      post: {
        operationId: "numbers",
        requestBody: {
          content: {
            "application/json": {
              schema: { properties: { any: { type: "number" }, least: { maximum: 5 }, long: { type: "integer", format: "int64" } } },
            },
          },
        },
        responses: {},
      },
    },
    "/nothing": { post: { operationId: "nothing", requestBody: { content: { "*/*": {} } }, responses: {} } },
    "/versions": {
      post: {
        operationId: "versions",
        requestBody: {
          content: {
            "application/json; version=1": { schema: { type: "integer" } },
            "application/json; version=2": { schema: { type: "boolean" } },
          },
        },
        responses: {},
      },
    },
  },
});

const rows: readonly (readonly [type: string | undefined, body: string | Uint8Array, faults: readonly string[]])[] = [
  ["application/json", '{"name": "rex"}', []],
  ["Application/JSON ; charset=utf-8", '{"name": "rex", "age": null}', []],
  ["application/json", "", ["body #: required"]],
  ["application/json", "{", ["body #: form"]],
  ["application/json", '{"name": "rex"} {}', ["body #: form"]],
  ["application/json", Buffer.from([0x22, 0xff, 0x22]), ["body #: form"]],
  ["application/json", "[]", ["body #: type"]],
  ["application/json", '{"name": "r", "age": "1"}', ["body #/name: minLength", "body #/age: type"]],
  ["application/json", '{"id": 1, "name": "rex"}', ["body #/id: false schema"]],
  ["application/json", '{"name": "rex", "a/b~c": 1}', ["body #/a~1b~0c: additionalProperties"]],
  ["application/json", '{"name": "rex", "__proto__": {}}', ["body #/__proto__: additionalProperties"]],
  ["application/xml", "<pet/>", ["body #: content-type"]],
  [undefined, '{"name": "rex"}', ["body #: content-type"]],
  [form, "name=rex&age=7&tags=a&tags=b&home[city]=Bern&home[zip]=3000", []],
  [form, "name=r%C3%A9x&age=", []],
  [form, "age=x&home[zip]=x", ["body #/name: required", "body #/age: type", "body #/home/zip: type"]],
  [form, "name=rex&more=1", ["body #/more: additionalProperties"]],
  [form, "name=rex&name=max", ["body #: form"]],
  [multipart, parts(['name="name"', "rex"], ['name="age"', "7"], ['name="photo"; filename="a.png"', "\u0000"], ['name="tags"', "a"]), []],
  [multipart, parts(['name="name"', "rex"], ['name="home"', '{"zip": 1}']), []],
  [multipart, parts(['name="name"', "rex"], ['name="home"', '{"zip": "x"}']), ["body #/home/zip: type"]],
  [multipart, parts(['name="name"', "rex"], ['name="home"', "zip"]), ["body #: form"]],
  [multipart, parts(['name="age"', "x"]), ["body #/name: required", "body #/age: type"]],
  [multipart, "no parts", ["body #: form"]],
  ["text/plain", "abc", []],
  ["text/plain", "abcd", ["body #: maxLength"]],
  ["image/png", "anything", []],
];

/** Of other operations. */
const others: readonly (readonly [operation: string, type: string, body: string, faults: readonly string[]])[] = [
  ["any", "application/json", '{"name": "r"}', ["body #/name: minLength"]],
  ["any", "application/json", "{", ["body #: form"]],
  ["any", "application/vnd.pet+json", '{"name": "rex"}', []],
  ["any", form, "name=rex&age=x", ["body #/age: type"]],
  ["any", multipart, parts(['name="name"', "rex"], ['name="home"', '{"zip": "x"}']), ["body #/home/zip: type"]],
  ["any", "text/plain", "rex", ["body #: type"]],
  ["any", "image/png", "anything", []],
  ["any", "*/*", '{"name": "r"}', ["body #: content-type"]],
  ["group", "application/json", '{"name": "r"}', ["body #/name: minLength"]],
  ["group", "application/zip", "anything", []],
  ["group", "text/plain", "anything", ["body #: content-type"]],
  ["group", "application/*", "anything", ["body #: content-type"]],
  ["file", "application/json", '{"any": 1}', []],
  ["nothing", "application/json", "{", []],
  ["versions", "application/json; version=1", "1", []],
  ["versions", "application/json; version=2", "true", []],
  ["versions", "application/json", "null", ["body #: type"]],
  ["a", "application/json,application/json", '{"name": "rex"}', ["body #: content-type"]],
  ["a", "application/json; charset=utf-8, text/xml", '{"name": "rex"}', ["body #: content-type"]],
  ["a", "application/json; charset=utf-16", '{"name": "rex"}', ["body #: charset"]],
  ["a", 'application/json; charset="UTF-8"', '{"name": "rex"}', []],
  ["a", "application/json; charset=us-ascii", '{"name": "rex"}', []],
  ["a", `${form}; charset=iso-8859-1`, "name=rex", ["body #: charset"]],
  ["a", "text/plain; charset=utf-7", "abc", ["body #: charset"]],
  ["a", "text/plain; charset=iso-8859-1", "abc", []],
  ["a", "application/json", '{"name": "rex", "name": "r"}', ["body #: duplicate"]],
  ["a", "application/json", '{"name": "rex", "home": {"zip": 1, "z\\u0069p": "x"}}', ["body #: duplicate"]],
  ["a", multipart, parts(['name="name"', "rex"], ['name="home"', '{"zip": 1, "zip": 2}']), ["body #: duplicate"]],
  ["a", multipart, parts(['name="name"', "rex"], ['name="home"; filename="home"', '{"city": "Zürich"}']), []],
  ["a", multipart, parts(['name="name"', "rex"], ['name="photo"; filename="a"\r\ncontent-type: image/gif', "x"]), []],
  ["a", multipart, parts(['name="name"', "rex"], ['name="photo"; filename="a"\r\ncontent-type: text/html', "x"]), ["body #: form"]],
  ["a", multipart, parts(['name="name"\r\ncontent-type: text/plain; charset=utf-16', "rex"]), ["body #: form"]],
  ["a", multipart, parts(['name="name"\r\ncontent-transfer-encoding: base64', "cmV4"]), ["body #: form"]],
  ["a", multipart, parts(['name="name"; name="age"', "rex"]), ["body #: form"]],
  ["a", multipart, `${parts(['name="name"', "rex"])}more`, ["body #: form"]],
  ["a", "multipart/form-data", parts(['name="name"', "rex"]), ["body #: form"]],
  ["stripe", form, "expand[]=customer&expand[]=invoice&items[0][quantity]=1&items[0][note]=7", []],
  ["stripe", form, "expand[0]=customer&metadata[a]=1&metadata[b]=x", []],
  ["stripe", form, "metadata=", []],
  ["numbers", "application/json", '{"any": 1e300, "least": "x", "long": 9223372036854775807}', []],
  ["numbers", "application/json", '{"any": 1e400, "least": -1e400}', ["body #/any: type", "body #/least: type"]],
  ["numbers", "application/json", '{"least": 6, "long": 1e19}', ["body #/least: maximum", "body #/long: format"]],
  ["numbers", "application/json", '{"long": -9223372036854775808}', []],
  ["stripe", form, "shipping[name]=x&shipping[address][line1]=y&shipping[address][zip]=8000", []],
  ["stripe", form, "shipping[address][line1]=y", ["body #/shipping/name: required"]],
  ["stripe", form, "shipping[name]=x&shipping[address][zip]=y", ["body #/shipping/address/zip: type"]],
  ["stripe", form, "shipping[name]=x&shipping[address][city]=y", ["body #/shipping/address/city: additionalProperties"]],
  ["stripe", form, "items[0][quantity]=1&items[1][quantity]=x", ["body #/items/1/quantity: type"]],
  ["stripe", form, "shipping[name]=x&shipping=y", ["body #: form"]],
  ["stripe", form, "more[a]=1", ["body #/more%5Ba%5D: additionalProperties"]],
  ["plain", form, `name=rex&home=${encodeURIComponent('{"zip": 1}')}`, []],
  ["plain", form, `name=rex&home=${encodeURIComponent('{"zip": "x"}')}`, ["body #/home/zip: type"]],
  ["plain", form, "name=rex&zip=3000", []],
  ["plain", form, "name=rex&zip=x", ["body #/home/zip: type"]],
  ["plain", form, "name=rex&home=x", ["body #: form"]],
  ["json", form, `name=rex&home=${encodeURIComponent('{"zip": 1}')}`, []],
  ["json", form, `name=rex&home=${encodeURIComponent('{"zip": 1}')}&home=x`, ["body #: form"]],
  ["json", form, `name=rex&home=${encodeURIComponent('{"zip": 1, "zip": 1}')}`, ["body #: duplicate"]],
  ["open", form, "e=1&f=true&s=&n=3&more=4", []],
  ["open", form, "e=3&more=x", ["body #/more: type", "body #/e: enum"]],
  ["open", form, "more=1&more=2", ["body #/more: type"]],
  ["a", "application/json;", '{"name": "rex"}', []],
  ["a", "application/json; profile=http://pets.example", '{"name": "rex"}', []],
  ["a", "application/json; charset = utf-7", '{"name": "rex"}', ["body #: content-type"]],
  ["a", "application/json; charset=utf/8", '{"name": "rex"}', ["body #: content-type"]],
  ["a", "application/json; charset", '{"name": "rex"}', ["body #: content-type"]],
  ["a", "application/json; charset*=us-ascii''utf-7", '{"name": "rex"}', ["body #: content-type"]],
  ["a", "application/json;\u00a0charset=utf-8", '{"name": "rex"}', ["body #: content-type"]],
  ["a", 'application/json; x="; charset=utf-7"', '{"name": "rex"}', ["body #: content-type"]],
  ["a", String.raw`application/json; x="\"; charset=utf-8`, '{"name": "rex"}', ["body #: content-type"]],
  ["file", String.raw`multipart/related; start-info="application/soap+xml; action=\"a\""`, "anything", []],
  ["a", "multipart/form-data; charset=utf-8; boundary=X", parts(['name="name"', "rex"]), []],
  ["a", "multipart/form-data; xboundary=Y; boundary=X", parts(['name="name"', "rex"]), ["body #: form"]],
  ["a", "multipart/form-data; boundary=X; boundary*=us-ascii''Y", parts(['name="name"', "rex"]), ["body #: content-type"]],
  ["a", 'multipart/form-data; boundary="X; boundary=Y"', parts(['name="name"', "rex"]), ["body #: content-type"]],
  ["a", "multipart/form-data; boundary=X; boundary=Y", parts(['name="name"', "rex"]), ["body #: content-type"]],
];

describe("bodies", () => {
  for (const [operation, type, body, faults] of others)
    it(`of ${operation}: ${type} ${body.slice(0, 60)}`, async () => {
      assert.deepEqual(faultsOf(await verdictOf(operation, `/${operation}`, { "content-type": type }, body)), faults);
    });

  for (const [type, body, faults] of rows)
    it(`${type} ${body.toString().slice(0, 60)}`, async () => {
      const verdict = await verdictOf("a", "/a", type === undefined ? {} : { "content-type": type }, body);
      assert.deepEqual(faultsOf(verdict), faults);
      if (verdict.kind === "wrong") assert.equal(verdict.status, faults.includes("body #: content-type") ? 415 : 400);
    });

  it("with a content coding are not read, which is said", async () => {
    const verdict = await verdictOf("a", "/a", { "content-type": "application/json", "content-encoding": "gzip" }, "x");
    assert.deepEqual(verdict, {
      kind: "wrong",
      status: 415,
      violations: [
        { in: "body", name: undefined, pointer: "#", detail: "must be sent without a content coding", rule: "content-encoding" },
      ],
    });
  });

  it("may be left out where nobody requires them, and be anything where nothing is said", async () => {
    for (const body of ["", "1", "{}"])
      assert.equal((await verdictOf("b", "/b", { "content-type": "application/json" }, body)).kind, "right");
    assert.deepEqual(faultsOf(await verdictOf("b", "/b", { "content-type": "application/json" }, "x")), ["body #: form"]);
  });

  it("of Swagger 2.0 are a parameter, or several", async () => {
    const { verdictOf: old } = testValidators({
      swagger: "2.0",
      info: { title: "Old", version: "1" },
      consumes: ["application/json"],
      definitions: { Pet: { type: "object", required: ["name"], properties: { name: { type: "string", "x-nullable": true } } } },
      paths: {
        "/a": {
          post: {
            operationId: "a",
            parameters: [{ in: "body", name: "pet", required: true, schema: { $ref: "#/definitions/Pet" } }],
            responses: {},
          },
        },
        "/b": {
          post: {
            operationId: "b",
            consumes: ["multipart/form-data"],
            parameters: [
              { in: "formData", name: "n", type: "integer", required: true },
              { in: "formData", name: "file", type: "file" },
              { in: "formData", name: "f", type: "integer", allowEmptyValue: true },
            ],
            responses: {},
          },
        },
      },
    });
    const json = { "content-type": "application/json" };
    assert.deepEqual(faultsOf(await old("a", "/a", json, '{"name": null}')), []);
    assert.deepEqual(faultsOf(await old("a", "/a", json, "{}")), ["body #/name: required"]);
    assert.deepEqual(faultsOf(await old("a", "/a", json)), ["body #: required"]);
    const type = { "content-type": multipart };
    assert.deepEqual(
      faultsOf(await old("b", "/b", type, parts(['name="n"', "1"], ['name="file"; filename="f"', "x"], ['name="f"', ""]))),
      [],
    );
    assert.deepEqual(faultsOf(await old("b", "/b", type, parts(['name="n"', "x"]))), ["body #/n: type"]);
  });

  it("are read to the end whatever their size, and their faults are told to a number", async () => {
    const body = JSON.stringify({ name: "rex", tags: Array.from({ length: 10_000 }, (_, index) => index) });
    const faults = faultsOf(await verdictOf("a", "/a", { "content-type": "application/json" }, body));
    assert.equal(faults.length, 50);
  });

  it("and parameters are told of to that number together", async () => {
    const { verdictOf: both } = testValidators({
      openapi: "3.1.0",
      info: { title: "Many", version: "1" },
      paths: {
        "/a": {
          post: {
            operationId: "a",
            parameters: [{ name: "n", in: "query", schema: { type: "array", items: { type: "integer" } } }],
            requestBody: { content: { "application/json": { schema: { items: { type: "integer" } } } } },
            responses: {},
          },
        },
      },
    });
    const many = Array.from({ length: 40 }, () => "x");
    const path = `/a?${many.map((text) => `n=${text}`).join("&")}`;
    const faults = faultsOf(await both("a", path, { "content-type": "application/json" }, JSON.stringify(many)));
    assert.deepEqual([faults.length, faults[39], faults[40]], [50, "query n #/39: type", "body #/0: type"]);
  });
});
