import type { KindName } from "../src/api/kinds.ts";

const limit = { type: "api", unit: "minute" };

/** Specs that break a law of their kind: the kind, what is wrong, the spec. */
export const brokenSpecs: readonly (readonly [KindName, string, unknown])[] = [
  [
    "API",
    "TLS at the gateway behind an HTTPRoute",
    { definition: [{ inline: "x" }], expose: { tls: { name: "t" }, httpRoute: { parentRefs: [{ name: "g" }] } } },
  ],
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
  ["TargetEndpoint", "no time to connect", { url: "http://a", connectTimeout: "0s" }],
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

/** Specs that keep all laws. */
export const keptSpecs: readonly (readonly [KindName, string, unknown])[] = [
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
