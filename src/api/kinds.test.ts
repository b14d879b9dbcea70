import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { structuralSchema } from "./crd.ts";
import { milliseconds } from "./duration.ts";
import { type KindName, kindNames, kinds } from "./kinds.ts";
import { celRules } from "./law.ts";
import { alternatives, fields } from "./walk.ts";
import { documentExtension } from "./x-portico.ts";

describe("each kind", () => {
  for (const name of kindNames) {
    it(`${name}'s example is one of it`, () => assert.deepEqual(kinds[name].spec.parse(kinds[name].example), kinds[name].example));
  }

  for (const [name, schema] of [
    ...kindNames.flatMap((kind) => [[kind, kinds[kind].spec] as const, [`${kind}'s status`, kinds[kind].status] as const]),
    ["x-portico", documentExtension] as const,
  ]) {
    it(`every field of ${name} is described in a sentence`, () => {
      for (const { path, schema: field } of fields(schema)) {
        if (!/(\[\]|\*)$/.test(path)) assert.match(z.globalRegistry.get(field)?.description ?? "", /^.+\.$/, path);
      }
    });

    it(`no object of ${name} takes fields that are unknown`, () => {
      const objects = [schema, ...fields(schema).map((field) => field.schema)]
        .flatMap(alternatives)
        .filter((one) => one instanceof z.ZodObject);
      for (const object of objects)
        if (!name.endsWith("status"))
          assert.equal(
            object.safeParse({ zebra: 1 }).error?.issues.some(({ code }) => code === "unrecognized_keys"),
            true,
          );
    });
  }
});

const limit = { type: "api", unit: "minute" };

const broken: readonly (readonly [KindName, string, unknown])[] = [
  ["API", "neither document nor image", {}],
  ["API", "a document in two places", { definition: [{ inline: "x", configMap: { name: "a" } }] }],
  ["API", "replicas and autoscaling", { image: "a", replicas: 1, autoscaling: { maxReplicas: 2 } }],
  ["API", "autoscaling upside down", { image: "a", autoscaling: { minReplicas: 3, maxReplicas: 2 } }],
  ["API", "a version that is no tag", { image: "a", version: "1.0 beta" }],
  ["API", "a quantity that is none", { image: "a", resources: { limits: { memory: "much" } } }],
  ["API", "an address that is none", { image: "a", addresses: { allow: ["10.0.0.0/33"] } }],
  ["TargetEndpoint", "no address at all", {}],
  ["TargetEndpoint", "an empty list of urls", { urls: [] }],
  ["TargetEndpoint", "a url without scheme", { url: "pets.example.com" }],
  ["TargetEndpoint", "a url with a query", { url: "http://a/?b" }],
  ["TargetEndpoint", "a url with a port that is none", { url: "http://a:99999" }],
  ["TargetEndpoint", "a url with a password", { url: "http://me:pw@a" }],
  ["TargetEndpoint", "a protocol against its urls", { urls: ["http://a", "https://b"], protocol: "http" }],
  ["TargetEndpoint", "two credentials", { url: "http://a", credentials: { basic: { name: "a" }, bearer: { name: "b" } } }],
  ["RateLimiting", "no measure", limit],
  ["RateLimiting", "two measures", { ...limit, requests: 1, bandwidth: "1Mi" }],
  ["RateLimiting", "a limit of 0", { ...limit, requests: 0 }],
  ["RateLimiting", "a negative limit", { ...limit, requests: -1 }],
  ["RateLimiting", "a burst of bytes", { ...limit, bandwidth: "1Mi", burst: 5 }],
  ["RateLimiting", "a global burst", { ...limit, requests: 1, burst: 5, scope: "global" }],
  ["RateLimiting", "a key by a claim without a name", { ...limit, requests: 1, key: { by: "claim" } }],
  ["RateLimiting", "a key by address with a name", { ...limit, requests: 1, key: { by: "address", name: "a" } }],
  ["RateLimiting", "a condition on two things", { ...limit, requests: 1, conditions: [{ claim: { name: "a" }, query: { name: "b" } }] }],
  ["Security", "a type without the rest", { type: "jwt" }],
  ["Security", "a type with another's rest", { type: "jwt", basic: { users: { name: "a" } } }],
  ["Security", "API keys from nowhere", { type: "apiKey", apiKey: {} }],
  ["Security", "the algorithm none", { type: "jwt", jwt: { issuers: [{ issuer: "a" }], algorithms: ["none"] } }],
  ["Security", "an HMAC", { type: "jwt", jwt: { issuers: [{ issuer: "a" }], algorithms: ["HS256"] } }],
];

describe("a law that is broken is seen", () => {
  for (const [kind, what, spec] of broken) it(`${kind}: ${what}`, () => assert.equal(kinds[kind].spec.safeParse(spec).success, false));
});

const kept: readonly (readonly [KindName, string, unknown])[] = [
  ["API", "a ready image", { image: "registry.example.com/pets:1.0.0", replicas: 0 }],
  [
    "API",
    "parts, quantities, patches",
    {
      definition: [{ parts: [{ name: "a" }, { name: "b" }] }],
      resources: { limits: { cpu: 1, memory: "1Gi" } },
      podTemplate: { spec: { nodeSelector: { a: "b" } } },
      envoyPatches: [{ of: "routes", operations: [{ op: "add", path: "/a", value: [1] }] }],
    },
  ],
  [
    "TargetEndpoint",
    "a deployed image",
    { deploy: { image: "a", port: 8080, env: [{ name: "A", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }] }, protocol: "h2c" },
  ],
  [
    "TargetEndpoint",
    "weights and groups",
    {
      targets: [
        { url: "https://a", weight: 9 },
        { url: "https://b", weight: 1, group: 1 },
      ],
      protocol: "https",
    },
  ],
  ["RateLimiting", "a local burst", { ...limit, requests: 10, burst: 20, scope: "local" }],
  ["RateLimiting", "bytes of responses", { ...limit, bandwidth: "10Mi", bandwidthOf: "response", unitCount: 5 }],
  [
    "Security",
    "introspection",
    { type: "oauth2", oauth2: { introspectionUrl: "https://login.example.com/introspect", client: { name: "client" } } },
  ],
  [
    "Security",
    "signed keys",
    {
      type: "apiKey",
      apiKey: { signed: { issuers: [{ issuer: "a", jwks: { secret: { name: "b" } } }] }, locations: [{ header: "apikey" }] },
    },
  ],
];

describe("what keeps the laws is taken", () => {
  for (const [kind, what, spec] of kept) it(`${kind}: ${what}`, () => assert.deepEqual(kinds[kind].spec.parse(spec), spec));
});

describe("laws", () => {
  for (const name of kindNames) {
    it(`every law of ${name} is a rule of its CRD too`, () => {
      const schemas = [kinds[name].spec, ...fields(kinds[name].spec).map(({ schema }) => schema)].flatMap(alternatives);
      const rules = schemas.flatMap((one) => celRules.get(one)?.rules ?? []).map(({ rule }) => rule);
      const written = [...JSON.stringify(structuralSchema(kinds[name].spec)).matchAll(/"rule":("(?:[^"\\]|\\.)*")/g)].map(([, text = ""]) =>
        JSON.parse(text),
      );
      assert.ok(rules.length > 0);
      assert.deepEqual(written.toSorted(), rules.toSorted());
    });
  }
});

describe("a length of time", () => {
  const cases: readonly [string, number][] = [
    ["500ms", 500],
    ["10s", 10_000],
    ["1m", 60_000],
    ["1h30m", 5_400_000],
    ["1s500ms", 1500],
    ["0s", 0],
  ];
  for (const [text, ms] of cases) it(`${text} is ${ms} milliseconds`, () => assert.equal(milliseconds(text), ms));
});
