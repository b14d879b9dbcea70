import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { validateConfiguration } from "../../src/apply/envoy/validate.ts";
import { writeAtomically } from "../../src/apply/run-folder.ts";
import { testEnvoy } from "../../testing/envoy.ts";
import { caseValues, compileCase, resolveCase } from "../../testing/golden-case.ts";
import { temporaryFolder } from "../../testing/portico.ts";
import { guarded, secret, security } from "./protected-gateway.ts";

const certificate = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const settings = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;

/** A word: mostly a plain one, so that much of what is made is taken. */
const strange = fc.oneof(
  fc.constantFrom(
    " ",
    "%",
    "%REQ(x)%",
    '"',
    "\\",
    "\n",
    "\0",
    "😀",
    "\ud800",
    "a".repeat(256),
    "{",
    ",",
    "*",
    "(",
    ".",
    "a b",
    "@",
    "__proto__",
  ),
  fc.string({ minLength: 1, maxLength: 10, unit: "binary" }),
);
const word = fc.oneof({ weight: 5, arbitrary: fc.constantFrom("a", "read", "b-c", "aud.x", "é") }, { weight: 1, arbitrary: strange });
const header = fc.constantFrom("x-a", "X-B", "authorization", "x-api-key", "a!#$", "te");
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 3 });
const flag = maybe(fc.boolean());
const location = fc.oneof(fc.record({ header, prefix: maybe(word) }), fc.record({ query: word }), fc.record({ cookie: word }));
const claim = fc.oneof(
  fc.record({ claim: word, equals: word }),
  fc.record({ claim: word, oneOf: some(word) }),
  fc.record({ claim: word, contains: word }),
);
const inline = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}';
const longTime = maybe(fc.constantFrom("0s", "1ms", "1500ms", "300h"));
const shortTime = maybe(fc.constantFrom("1ms", "2s"));
const tokens = {
  issuers: some(
    fc.record({
      issuer: word,
      audiences: maybe(some(word)),
      jwks: fc.constantFrom({ inline }, { url: "https://a.test:444/x" }, { url: "http://[::1]:80/k" }),
    }),
  ),
  audiences: maybe(some(word)),
  algorithms: maybe(fc.constantFrom(["RS512"], ["EdDSA", "ES512"])),
  ...{ claims: maybe(some(claim)), scopeClaim: maybe(word), clockSkew: longTime, maxLifetime: longTime, cache: flag },
  claimsToHeaders: maybe(some(fc.record({ claim: word, header }))),
};
const locations = maybe(some(location));
const kinds = {
  jwt: fc.record({ ...tokens, locations, forward: flag }),
  apiKey: fc.record({
    ...{ keys: fc.constant({ name: "keys" }), locations, signed: maybe(fc.record(tokens)), clientHeader: maybe(header), forward: flag },
  }),
  basic: fc.record({ users: fc.constant({ name: "users" }), realm: maybe(word), userHeader: maybe(header), forward: flag }),
  oauth2: fc.record({
    ...{ introspectionUrl: fc.constant("https://a.test/x"), client: fc.constant({ name: "client" }), audiences: maybe(some(word)) },
    ...{ claims: maybe(some(claim)), locations, timeout: shortTime, cacheFor: longTime },
  }),
  authorizer: fc.record({
    ...{ url: fc.constant("http://a.test"), protocol: maybe(fc.constantFrom("http", "grpc")) },
    ...{ timeout: shortTime, sendHeaders: maybe(some(header)) },
  }),
  mtls: fc.record({
    ...{ trust: fc.constant({ name: "clients" }), mode: maybe(fc.constantFrom("mandatory", "optional")), identityHeader: maybe(header) },
    subjects: maybe(some(fc.record({ type: fc.constantFrom("dns", "uri", "email", "address"), value: word, prefix: flag }))),
  }),
};
const hasScopes = new Set(["jwt", "oauth2"]);
const oneSecurity = fc.oneof(
  ...Object.entries(kinds).map(([type, kind]) =>
    fc.record({
      ...{ type: fc.constant(type), [type]: kind, blockedClients: maybe(some(word)) },
      scopes: hasScopes.has(type) ? maybe(some(word)) : fc.constant(undefined),
    }),
  ),
);
const scheme = fc.oneof(
  fc.record({ type: fc.constant("apiKey"), in: fc.constantFrom("header", "query", "cookie"), name: word }),
  fc.constant({ type: "http", scheme: "bearer" }),
);
const secrets = [
  secret("users", { htpasswd: "ann:{SHA}qvTGHdzF6KLavt4PO0gs2a6pQ00=" }),
  secret("client", { username: "a", password: "b" }),
  secret("clients", { "ca.crt": "" }),
];

describe("what is said of credentials, and taken", () => {
  it("is taken by Envoy, whatever texts are in it", { timeout: 300_000 }, async (t) => {
    const folder = await temporaryFolder(t);
    const binary = await testEnvoy();
    let taken = 0;
    const twoOf = fc.tuple(oneSecurity, oneSecurity, scheme, scheme, some(word), some(fc.tuple(word, word)));
    const law = fc.asyncProperty(twoOf, async ([one, other, oneScheme, otherScheme, scopes, keys]) => {
      const document = {
        ...{ openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" }, "x-portico": { backend: { url: "http://pets.test" } } },
        components: { securitySchemes: { one: oneScheme, other: otherScheme } },
        paths: {
          "/one": guarded({ one: hasScopes.has(one.type) ? scopes : [] }),
          ...{
            "/both": guarded({ one: [], other: [] }),
            "/either": guarded({ one: [] }, { other: [] }),
            "/some": guarded({ other: [] }, {}),
          },
        },
      };
      const objects = [document, security("one", one), security("other", other), secret("keys", Object.fromEntries(keys)), ...secrets];
      const input = objects.map((object) => JSON.stringify(object)).join("\n---\n");
      const apis = resolveCase({ input, settings: { ...settings, requests: [] } });
      if (!apis.ok) return;
      taken++;
      const tls = { certificate: certificate("localhost.pem"), key: certificate("localhost.key") };
      const values = caseValues({ input });
      const files = compileCase(apis.value, { ...settings, requests: [] }, { port: 18080, monitoring: 18081, values, tls });
      for (const [path, text] of files) await writeAtomically(join(folder, path), text);
      const valid = await validateConfiguration(binary, folder);
      assert.ok(valid.ok, `${valid.problems.map(({ message }) => message).join("\n")}\n${input}`);
    });
    await fc.assert(law, { numRuns: 100 });
    assert.ok(taken > 20, `of a hundred ${taken} were taken`);
  });
});
