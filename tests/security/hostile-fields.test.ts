import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { z } from "zod";
import { caseValues, compileCase, type GoldenCase, resolveCase } from "../../testing/golden-case.ts";
import { secret } from "./protected-gateway.ts";

/** What would mean something to Envoy, to JSON, to YAML or to HTTP, if a configuration were made from text. */
const hostile: Readonly<Record<string, string>> = {
  "a command of Envoy's": "%REQ(x-api-key)%%DYNAMIC_METADATA(envoy.filters.http.rbac)% %",
  "quotes and braces": `"}]},{"match":{"prefix":"/"},"route":{"cluster":"evil"}} '{{ .Values.x }}' \${HOME} \\`,
  "lines of a header": "a\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1\r\n",
  "an expression": `") || true || ("" == "`,
  "a hundred kilobytes": "%REQ(x)%\"'{}\\".repeat(7_000),
};
const plain = "plain";

type Path = readonly string[];
interface Schema {
  readonly type?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly items?: Schema | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
}
const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    additionalProperties: z.union([schema, z.boolean()]).optional(),
    anyOf: z.array(schema).optional(),
  }),
);
const schemaOf = (name: string): Schema =>
  schema.parse(JSON.parse(readFileSync(new URL(`../../deploy/schemas/${name}.json`, import.meta.url), "utf8")));

/** The paths of all fields that hold a text; `0` leads into a list, `any` into a map. */
function texts(at: Schema, path: Path = []): readonly Path[] {
  const map = typeof at.additionalProperties === "object" ? texts(at.additionalProperties, [...path, "any"]) : [];
  return [
    ...(at.type === "string" && at.enum === undefined ? [path] : []),
    ...Object.entries(at.properties ?? {}).flatMap(([name, one]) => texts(one, [...path, name])),
    ...(at.items === undefined ? [] : texts(at.items, [...path, "0"])),
    ...(at.anyOf ?? []).flatMap((one) => texts(one, path)),
    ...map,
  ];
}

/** A value with a text at a path, which is made where it is not there yet. */
function withText(value: unknown, [step, ...rest]: Path, text: string): unknown {
  if (step === undefined) return text;
  if (step === "0") {
    const [first, ...others]: readonly unknown[] = Array.isArray(value) ? value : [];
    return [withText(first, rest, text), ...others];
  }
  const fields: Readonly<Record<string, unknown>> = { ...Object(value) };
  return { ...fields, [step]: withText(fields[step], rest, text) };
}

/**
 * What a configuration means, whatever its texts: keys, lists, numbers, and the names of what is extended. A key that is the text as a whole is one
 * of a map from names to something, and means what a plain one does.
 */
function structure(value: unknown, text: string): unknown {
  if (typeof value === "string") return /^(?:type\.googleapis\.com|envoy\.|portico\.)/.test(value) ? value : "";
  if (Array.isArray(value)) return value.map((one) => structure(one, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key === text ? plain : key, structure(one, text)]));
}

const settings: GoldenCase["settings"] = { mock: false, credentials: "refuse", debug: false, trustedHops: 0, requests: [] };

/** The structure of all files of a gateway; undefined where it is refused. */
function compiled(objects: readonly unknown[], text = plain): unknown {
  const input = objects.map((one) => JSON.stringify(one)).join("\n---\n");
  const resolved = resolveCase({ input, settings });
  if (!resolved.ok) {
    assert.ok(resolved.problems.length > 0);
    return undefined;
  }
  const files = compileCase(resolved.value, settings, { port: 8080, monitoring: 8081, values: caseValues({ input }) });
  return [...files].map(([path, content]) => [path, path.endsWith(".json") ? structure(JSON.parse(content), text) : content]);
}

interface Case {
  readonly what: string;
  readonly schema: string;
  /** The objects of a gateway, with what the schema is of in its place. */
  readonly objects: (one: unknown) => readonly unknown[];
  readonly base: object;
}

const resource = (kind: string, name: string, spec: object) => ({ apiVersion: "portico.dev/v1alpha1", kind, metadata: { name }, spec });
const document = (operation: object) => ({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Api-Key" } } },
  "x-portico": { backend: { url: "http://backend.test" } },
  paths: { "/pets/{id}": { get: { responses: { 200: { description: "ok" } }, ...operation } } },
});
const secrets = [
  secret("texts", { "a.txt": "one" }),
  secret("client", { username: "gateway", password: "secret" }),
  secret("users", { htpasswd: "alice:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=" }),
  secret("authorities", { "ca.crt": readFileSync(new URL("../fixtures/certificates/clients.pem", import.meta.url), "utf8") }),
];
const checked = document({ security: [{ key: [] }] });
const issuers = [{ issuer: "https://issuer.test", jwks: { url: "https://issuer.test/keys" } }];
const securities: Readonly<Record<string, object>> = {
  jwt: { type: "jwt", jwt: { issuers } },
  apiKey: { type: "apiKey", apiKey: { keys: { name: "texts" } } },
  signed: { type: "apiKey", apiKey: { signed: { issuers } } },
  basic: { type: "basic", basic: { users: { name: "users" } } },
  oauth2: { type: "oauth2", oauth2: { introspectionUrl: "https://issuer.test/introspect", client: { name: "client" } } },
  mtls: { type: "mtls", mtls: { trust: { name: "authorities" } } },
  authorizer: { type: "authorizer", authorizer: { url: "http://opa.test/check" } },
};

const cases: readonly Case[] = [
  ...Object.entries(securities).map(([type, spec]) => ({
    what: `a Security (${type})`,
    schema: "security",
    objects: (one: unknown) => [checked, one, ...secrets],
    base: resource("Security", "key", spec),
  })),
  {
    what: "a TargetEndpoint",
    schema: "target-endpoint",
    objects: (one) => [document({ "x-portico": { backend: "pets" } }), one, ...secrets],
    base: resource("TargetEndpoint", "pets", { url: "http://backend.test" }),
  },
  {
    what: "a RateLimiting",
    schema: "rate-limiting",
    objects: (one) => [document({ "x-portico": { rateLimit: "some" } }), one],
    base: resource("RateLimiting", "some", { type: "api", requests: 5, unit: "minute" }),
  },
  {
    what: "a document's x-portico",
    schema: "x-portico",
    objects: (one) => [{ ...document({}), "x-portico": one }, ...secrets],
    base: { backend: { url: "http://backend.test" } },
  },
  {
    what: "an operation's x-portico",
    schema: "x-portico-operation",
    objects: (one) => [document({ "x-portico": one })],
    base: {},
  },
];

const documentTexts: Readonly<Record<string, (text: string) => object>> = {
  "a parameter": (text) => ({
    parameters: [{ name: text, in: "query", description: text, schema: { type: "string", title: text, default: text } }],
  }),
  "a body": (text) => ({
    requestBody: {
      description: text,
      content: { "application/json": { schema: { title: text, enum: [text], properties: { [text]: { const: text } } } } },
    },
  }),
  "a server": (text) => ({ servers: [{ url: "http://backend.test", description: text }] }),
  "what is outside": (text) => ({ externalDocs: { url: text, description: text } }),
  "an answer": (text) => ({
    responses: { 200: { description: text, headers: { [text]: { description: text } }, links: { [text]: { description: text } } } },
  }),
  "a callback": (text) => ({ callbacks: { [text]: { [text]: { post: { summary: text, responses: {} } } } } }),
};

describe("a text that means something elsewhere changes no configuration", () => {
  let taken = 0;
  for (const { what, schema: name, objects, base } of cases)
    describe(`in each field of ${what}`, () => {
      const own = texts(schemaOf(name)).filter(([first]) => first !== "status" && first !== "apiVersion" && first !== "kind");
      for (const [kind, text] of Object.entries(hostile))
        it(kind, () => {
          assert.ok(own.length > 3);
          assert.notEqual(compiled(objects(base)), undefined, "it is good as it is");
          for (const path of own) {
            const found = compiled(objects(withText(base, path, text)), text);
            if (found === undefined) continue;
            taken++;
            const expected = compiled(objects(withText(base, path, plain))) ?? compiled(objects(base));
            assert.deepEqual(found, expected, path.join("."));
          }
        });
    });

  for (const [where, operation] of Object.entries(documentTexts))
    for (const [kind, text] of Object.entries(hostile))
      it(`in ${where} of a document: ${kind}`, () => {
        const found = compiled([document(operation(text))], text);
        if (found === undefined) return;
        taken++;
        assert.deepEqual(found, compiled([document(operation(plain))]));
      });

  it("some are taken, so that this says something", (t) => {
    assert.ok(taken > 50, String(taken));
    t.diagnostic(`${taken} are taken`);
  });
});
