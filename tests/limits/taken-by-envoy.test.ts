import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { validateConfiguration } from "../../src/apply/envoy/validate.ts";
import { writeAtomically } from "../../src/apply/run-folder.ts";
import { testEnvoy } from "../../testing/envoy.ts";
import { caseValues, compileCase, resolveCase } from "../../testing/golden-case.ts";
import { temporaryFolder } from "../../testing/portico.ts";
import { keySecurity, secret, security, tokenSecurity } from "../security/protected-gateway.ts";
import { limited, rateLimiting } from "./limited-gateway.ts";

const settings = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;

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
    "*",
    ".",
    "a.b.c",
    "__proto__",
    "42",
    "true",
  ),
  fc.string({ minLength: 1, maxLength: 10, unit: "binary" }),
);
const word = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("a", "team", "org.unit", "é") }, { weight: 1, arbitrary: strange });
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const pattern = fc.oneof(
  fc.constantFrom("a+", "(?i)x", "[0-9]{3,}", "(", "\\pL{1000}", "((a{100}){100}){100}", "(?=x)", "^a$", "", "\\C", "\\x{10ffff}"),
  fc.string({ maxLength: 8, unit: "binary" }),
);
const header = fc.constantFrom("x-a", "X-B", "authorization", "a!#$", ":path", "host");
const named = (name: fc.Arbitrary<string>) => fc.record({ name, value: maybe(fc.oneof(word, fc.constant(""))), pattern: maybe(pattern) });
const condition = fc
  .tuple(
    fc.oneof(
      fc.record({ header: named(header) }),
      fc.record({ query: named(word) }),
      fc.record({ claim: named(word) }),
      fc.record({
        addresses: fc.array(fc.constantFrom("10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::1"), { minLength: 1, maxLength: 3 }),
      }),
    ),
    maybe(fc.boolean()),
  )
  .map(([one, not]) => ({ ...one, not }));
const key = fc.oneof(
  fc.constantFrom({ by: "none" }, { by: "address" }, { by: "client" }),
  fc.record({ by: fc.constant("claim"), name: word }),
  fc.record({ by: fc.constant("header"), name: header }),
);
const count = fc.constantFrom(1, 2, 4_294_967_295);
const limit = fc.record({
  ...{ type: fc.constantFrom("api", "operation", "subscription", "application"), requests: count, burst: maybe(count) },
  ...{ unit: fc.constantFrom("second", "minute", "month"), unitCount: maybe(fc.constantFrom(1, 1000)), key: maybe(key) },
  ...{ conditions: maybe(fc.array(condition, { minLength: 1, maxLength: 3 })), match: maybe(fc.constantFrom("all", "any")) },
  onExcess: maybe(fc.constantFrom("refuse", "mark")),
});

const inline = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}';
const credentials = [
  tokenSecurity("token", { issuers: [{ issuer: "https://issuer.test", jwks: { inline } }] }),
  ...keySecurity("key", { alice: "key-of-alice" }),
  security("opaque", { type: "oauth2", oauth2: { introspectionUrl: "https://a.test/x", client: { name: "client" } } }),
  security("user", { type: "basic", basic: { users: { name: "users" } } }),
  secret("client", { username: "a", password: "b" }),
  secret("users", { htpasswd: "ann:{SHA}qvTGHdzF6KLavt4PO0gs2a6pQ00=" }),
];
const securitySchemes = {
  token: { type: "http", scheme: "bearer" },
  key: { type: "apiKey", in: "header", name: "X-Key" },
  opaque: { type: "http", scheme: "bearer" },
  user: { type: "http", scheme: "basic" },
};

describe("a limit that is taken", () => {
  it("is taken by Envoy, whatever texts are in it", { timeout: 300_000 }, async (t) => {
    const folder = await temporaryFolder(t);
    const binary = await testEnvoy();
    let taken = 0;
    const law = fc.asyncProperty(limit, limit, async (one, other) => {
      const all = [{ token: [] }, { key: [] }, { opaque: [] }, { user: [] }];
      const document = {
        ...{ openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" }, "x-portico": { backend: { url: "http://pets.test" } } },
        components: { securitySchemes },
        paths: { "/any": limited(["one", "other"], { security: all }), "/one": limited("one", { security: [{ token: [] }] }) },
      };
      const objects = [document, rateLimiting("one", one), rateLimiting("other", other), ...credentials];
      const input = objects.map((object) => JSON.stringify(object)).join("\n---\n");
      const apis = resolveCase({ input, settings: { ...settings, requests: [] } });
      if (!apis.ok) return;
      taken++;
      const files = compileCase(
        apis.value,
        { ...settings, requests: [] },
        { port: 18080, monitoring: 18081, values: caseValues({ input }) },
      );
      for (const [path, text] of files) await writeAtomically(join(folder, path), text);
      const valid = await validateConfiguration(binary, folder);
      assert.ok(valid.ok, `${valid.problems.map(({ message }) => message).join("\n")}\n${input}`);
    });
    await fc.assert(law, { numRuns: 100 });
    assert.ok(taken > 20, `of a hundred ${taken} were taken`);
  });
});
